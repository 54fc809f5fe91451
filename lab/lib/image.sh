# shellcheck shell=bash
# The containers' image: Debian or Ubuntu with systemd, HAProxy and the backend's unit, made by
# debootstrap from this machine's own mirror and kept under $LAB_HOME/image.

IMAGE_DIR=$LAB_HOME/image

# Changes with whatever the image is made of; containers of another image are made anew.
image_key() {
  {
    declare -f make_image
    cat "$LAB_DIR/fleet/backend-api.service" "$LAB_DIR/fleet/haproxy-2.cfg"
  } | sha256sum | cut -c 1-12
}

image_alias() { echo "serin-lab-$(image_key)"; }

ensure_image() {
  local alias key
  key=$(image_key)
  alias=$(image_alias)
  if incus image alias list --format csv 2>/dev/null | grep -q "^$alias,"; then return; fi
  if [[ ! -f $IMAGE_DIR/$key.squashfs ]]; then
    say "making the containers' image (about a minute, once)"
    # In the background, where errexit holds.
    make_image "$key" >"$LAB_HOME/image.log" 2>&1 &
    wait $! ||
      die "expected debootstrap to make the containers' image; it failed" "see $LAB_HOME/image.log"
  fi
  incus image import "$IMAGE_DIR/$key.tar.gz" "$IMAGE_DIR/$key.squashfs" --alias "$alias" --quiet
  forget_other_images
}

# Images of earlier states of these files: nothing is made of them any more.
forget_other_images() {
  local other
  for other in $(incus image alias list --format csv | sed -n 's/^\(serin-lab-[^,]*\),.*/\1/p'); do
    if [[ $other != "$(image_alias)" ]]; then
      incus image delete "$other" --quiet || true
      rm -f "$IMAGE_DIR/${other#serin-lab-}".{squashfs,tar.gz}
    fi
  done
}

# In a subshell, so that errexit and the trap are its own.
make_image() (
  set -euo pipefail
  key=$1
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  root=$IMAGE_DIR/rootfs.part
  mkdir -p "$IMAGE_DIR"
  rm -rf "$root"
  debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,dbus,iproute2,curl,procps,haproxy \
    "$codename" "$root" "$(own_mirror "$codename")"
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/* \
    "$root"/etc/hostname "$root"/etc/resolv.conf
  chroot "$root" groupadd --gid 1001 app
  chroot "$root" useradd --uid 1001 --gid 1001 --no-create-home --shell /usr/sbin/nologin app
  install -d -o 1001 -g 1001 "$root/opt/serin-lab/backend-api"
  install -d "$root/opt/jdk"
  install -m 644 "$LAB_DIR/fleet/backend-api.service" "$root/etc/systemd/system/"
  install -m 644 "$LAB_DIR/fleet/haproxy-2.cfg" "$root/etc/haproxy/haproxy.cfg"
  : >"$root/etc/haproxy/leaving.map"
  chroot "$root" systemctl disable haproxy.service
  # No network, no terminal: nothing of these has work here, and each costs time at the start.
  chroot "$root" systemctl mask console-getty.service getty.target systemd-networkd-wait-online.service \
    apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer
  mksquashfs "$root" "$IMAGE_DIR/$key.squashfs.part" -noappend -comp zstd -Xcompression-level 1 -no-progress
  printf 'architecture: %s\ncreation_date: %s\nproperties:\n  description: Serin lab, %s\n' \
    "$(uname -m)" "$(date +%s)" "$codename" >"$IMAGE_DIR/metadata.yaml"
  tar -C "$IMAGE_DIR" -czf "$IMAGE_DIR/$key.tar.gz" metadata.yaml
  mv "$IMAGE_DIR/$key.squashfs.part" "$IMAGE_DIR/$key.squashfs"
  rm -rf "$root" "$IMAGE_DIR/metadata.yaml"
)
