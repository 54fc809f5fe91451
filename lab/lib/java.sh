# shellcheck shell=bash
# Finds a JDK 25 and the lab's classes; sourced by the scripts beside it.

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export LAB_DIR

# The home of a JDK 25 or newer: SERIN_JAVA_HOME, JAVA_HOME, then what lies in the usual places.
jdk_home() {
  local home version
  for home in "${SERIN_JAVA_HOME:-}" "${JAVA_HOME:-}" \
    /usr/lib/jvm/*25* /usr/lib/jvm/* /opt/jdk* \
    "$HOME"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [[ -n $home && -x $home/bin/javac && -r $home/release ]] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if ((version >= 25)); then
      (cd "$home" && pwd -P)
      return
    fi
  done
  echo "lab: expected a JDK 25 or newer in /usr/lib/jvm, in JAVA_HOME or in SERIN_JAVA_HOME; found none" >&2
  return 1
}

# Builds the lab's module where its classes are missing or older than their sources.
ensure_built() {
  local built=$LAB_DIR/target/backend.jar mvn=mvn
  if [[ -f $built && -d $LAB_DIR/target/lib ]] &&
    [[ -z $(find "$LAB_DIR/src/main" "$LAB_DIR/pom.xml" -type f -newer "$built" -print -quit) ]]; then
    return
  fi
  [[ -x $LAB_DIR/../mvnw ]] && mvn=$LAB_DIR/../mvnw
  echo "lab: building the lab's classes" >&2
  (cd "$LAB_DIR/.." && JAVA_HOME=$(jdk_home) \
    MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED" "$mvn" -q -B -pl lab -am package -DskipTests -Dspotless.check.skip >&2)
}

# Replaces this shell by a main class of the lab's.
exec_java() {
  local home
  ensure_built
  home=$(jdk_home)
  exec "$home/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto \
    -cp "$LAB_DIR/target/classes:$LAB_DIR/target/lib/*" "$@"
}
