# shellcheck shell=bash
# The images that docker-compose.yml and the Dockerfiles name: pulled where that is asked for, made
# from Debian packages and this machine's JDK elsewhere, tagged with the same names. Sourced by `try`.

JRE=eclipse-temurin:25-jre
STAND_IN=$here/stand-in

ensure_images() {
  local image
  for image in "$JRE" $(sed -n 's/^ *image: \([a-z]*\/*[a-z]*:.*\)$/\1/p' "$top/docker-compose.yml"); do
    docker image inspect "$image" >/dev/null 2>&1 && continue
    if [[ -n $PULL ]]; then
      docker pull -q "$image" >/dev/null
    else
      say "no image $image: making a stand-in"
      make_stand_in "$image" >"$work/stand-in.log" 2>&1 ||
        die "expected to make a stand-in for $image; it failed" "see $work/stand-in.log"
    fi
  done
}

make_stand_in() (
  set -euo pipefail
  ensure_base
  context=$(mktemp -d "$work/context.XXXXXX")
  trap 'rm -rf "$context"' EXIT
  case $1 in
    eclipse-temurin:*)
      cp -a "$(jdk_home)" "$context/jdk"
      rm -rf "$context/jdk/lib/src.zip" "$context/jdk/man" "$context/jdk/legal"
      ;;
    apache/kafka:*)
      JAVA_HOME=$(jdk_home) mvn -q -B -f "$STAND_IN/kafka-pom.xml" -DincludeScope=runtime \
        -DoutputDirectory="$context/libs" \
        org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies
      install -m 755 "$STAND_IN/kafka-run" "$context/run"
      install -m 644 "$STAND_IN/kafka-logback.xml" "$context/logback.xml"
      ;;
  esac
  docker build -q -t "$1" -f "$STAND_IN/$(recipe "$1").Dockerfile" "$context"
)

recipe() {
  case $1 in
    eclipse-temurin:*) echo temurin ;;
    apache/kafka:*) echo kafka ;;
    haproxy:*) echo haproxy ;;
    prom/prometheus:*) echo prometheus ;;
    *) die "expected a recipe in $STAND_IN for $1; there is none" ;;
  esac
}

# Debian with HAProxy and Prometheus, by debootstrap from this machine's own mirror; kept.
ensure_base() {
  local base=serin-stand-in/debian root=$work/root codename
  docker image inspect "$base" >/dev/null 2>&1 && return
  if [[ ! -f $work/debian.tar ]]; then
    command -v debootstrap >/dev/null || { apt-get update -q && install_quietly debootstrap; }
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    rm -rf "$root"
    debootstrap --variant=minbase --include=haproxy,prometheus,procps,ca-certificates \
      "$codename" "$root" "$(own_mirror "$codename")"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/* \
      "$root"/etc/hostname "$root"/etc/resolv.conf
    tar -C "$root" -cf "$work/debian.tar.part" .
    mv "$work/debian.tar.part" "$work/debian.tar"
    rm -rf "$root"
  fi
  docker import "$work/debian.tar" "$base"
}
