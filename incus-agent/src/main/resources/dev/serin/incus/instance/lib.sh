# What every script begins with. $1 is the installed binary's path, $2 a token that nobody else
# has, $3 the command's fence. Values come as arguments only; what is told goes to standard output,
# one `key value` a line.
target=$1 token=$2 fence=$3
shift 3
dir=${target%/*} name=${target##*/}
[ -n "$dir" ] || dir=/
# Beside the target, so that moving is one rename.
store=$dir/.serin
part=$store/.$name.tmp-$token

say() { printf '%s\n' "$*"; }

end() {
  say outcome "$@"
  exit 0
}

# One script at a time changes what is installed here: one that nobody waits for any more may still
# be running. The lock is on the directory itself, and goes with the process.
alone() {
  exec 9<"$dir"
  flock -w 30 9 || {
    echo "another execution works on $dir" >&2
    exit 1
  }
  fenced
}

# Refuses a command that is older than one obeyed here, by whichever agent: fences grow with the
# milliseconds of the coordinator's clock. The newest is remembered before its command has an effect,
# in a file's name: renaming needs no room on a full disk.
fenced() {
  obeyed=0 mark=''
  for file in "$store/.$name.fence-"*; do
    number=${file##*-}
    case $number in '' | *[!0-9]*) continue ;; esac
    if [ "$number" -ge "$obeyed" ]; then obeyed=$number mark=$file; fi
  done
  [ "$fence" -ge "$obeyed" ] || end stale "$obeyed"
  [ "$fence" -le "$(($(now_ms) + 3600000))" ] || end future "$(now_ms)"
  [ "$fence" -gt "$obeyed" ] || return 0
  newest=$store/.$name.fence-$fence
  if [ -n "$mark" ]; then
    mv -fT -- "$mark" "$newest"
  else
    mkdir -p -- "$store"
    : >"$newest"
  fi
  sync -- "$store/"
}

# FILE: its SHA-256, nothing where there is none to read.
digest() {
  [ -f "$1" ] && [ -r "$1" ] || return 0
  sum=$(sha256sum <"$1") && printf '%s' "${sum%% *}"
}

size() { stat -L -c %s -- "$1"; }

# FILE …: removes them; a pattern that fits none is none. Starting a tool is dear, so it is started
# where there is something to do.
gone() {
  [ ! -e "$1" ] && [ ! -L "$1" ] || rm -f -- "$@"
}

# What tries before this one left behind.
clean() {
  [ -d "$store" ] || mkdir -p -- "$store"
  gone "$store/.$name.tmp-"*
}

# FROM TO: TO becomes FROM, whole or not at all. Both are in one file system.
move() {
  sync -- "$1"
  mv -fT -- "$1" "$2"
  sync -- "${2%/*}/"
}

# UNIT: reads what systemd knows of it into variables.
read_unit() {
  load='' active='' sub='' pid=0 invocation='' restarts=0 started='' entered='' job='' result=''
  code=0 reload=no
  shown=$(systemctl show --timestamp=us -p LoadState,ActiveState,SubState,MainPID,InvocationID \
    -p NRestarts,ExecMainStartTimestamp,ActiveEnterTimestamp,Job,Result,ExecMainStatus \
    -p NeedDaemonReload -- "$1" 2>/dev/null) ||
    # Before systemd 247: whole seconds.
    shown=$(systemctl show -p LoadState,ActiveState,SubState,MainPID,InvocationID \
      -p NRestarts,ExecMainStartTimestamp,ActiveEnterTimestamp,Job,Result,ExecMainStatus \
      -p NeedDaemonReload -- "$1")
  while IFS='=' read -r key value; do
    case $key in
      LoadState) load=$value ;;
      ActiveState) active=$value ;;
      SubState) sub=$value ;;
      MainPID) pid=$value ;;
      InvocationID) invocation=$value ;;
      NRestarts) restarts=$value ;;
      ExecMainStartTimestamp) started=$value ;;
      ActiveEnterTimestamp) entered=$value ;;
      Job) job=$value ;;
      Result) result=$value ;;
      ExecMainStatus) code=$value ;;
      NeedDaemonReload) reload=$value ;;
    esac
  done <<END
$shown
END
  [ "$job" != 0 ] || job=''
  # A unit without a main process (a group of others) counts from when it became active.
  [ "$pid" != 0 ] || started=$entered
}

# UNIT: the digest of the file, with its drop-ins, of the unit that was read. What systemd has not
# loaded yet it doesn't show, but it says that there is something.
unit_file() {
  shown=$(systemctl cat -- "$1" 2>/dev/null && printf %s "$reload") || shown=''
  sum=$(printf %s "$shown" | sha256sum)
  printf %s "${sum%% *}"
}

# UNIT: tells which start of it was read, and which file it has.
identify() { say identity "$1" "${invocation:--}" "$restarts" "$(unit_file "$1")"; }

# Tells one boot of the instance from another.
boot() { say boot "$(systemctl show -p UserspaceTimestampMonotonic --value 2>/dev/null)"; }

# When the unit that was read was started, in microseconds; 0 where that is unknown.
started_us() {
  [ -n "$started" ] && date -d "$started" +%s%6N || printf 0
}

# When the installed binary got its place or its rights, or a further file of the service changed, in
# microseconds.
changed_us() {
  changed=$(stat -L -c %.6Z -- "$target")
  changed=${changed%.*}${changed#*.}
  if [ -f "$store/.$name.files/changed" ]; then
    other=$(stat -c %.6Y -- "$store/.$name.files/changed")
    other=${other%.*}${other#*.}
    [ "$other" -le "$changed" ] || changed=$other
  fi
  printf %s "$changed"
}

# Whether the unit that was read runs the installed binary: it was started after the file changed.
# File times are up to a clock tick (10 ms) early, so a start within 20 ms doesn't count.
runs_installed() {
  [ "$active" = active ] && [ -z "$job" ] && [ "$(started_us)" -gt "$(($(changed_us) + 20000))" ]
}

now_ms() { date +%s%3N; }
