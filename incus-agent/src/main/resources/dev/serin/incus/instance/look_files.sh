# Tells what is there in place of further files, by their number, and changes nothing.
# (path uid|- gid|- node-artifact|-)…
index=0
while [ $# -gt 0 ]; do
  index=$((index + 1))
  enter "$1"
  say file "$index" "$kind" "$now"
  [ "$kind" != absent ] && [ "$kind" != file ] || [ -w . ] || say read-only "$index"
  case $2 in *[!0-9-]*) getent passwd "$2" >/dev/null 2>&1 || say user "$index" ;; esac
  case $3 in *[!0-9-]*) getent group "$3" >/dev/null 2>&1 || say group "$index" ;; esac
  if [ "$4" != - ]; then
    if [ -f "$4" ]; then
      say source "$index" "$(size "$4")" "$(digest "$4")"
    else
      say source "$index" 0 -
    fi
  fi
  shift 4
done
end looked
