# Makes room for a new binary beside the target, unless it is installed already.
# wanted node-artifact|-
wanted=$1 artifact=$2
alone
clean
if [ "$(digest "$target")" = "$wanted" ]; then
  say size "$(size "$target")"
  end installed
fi
if [ "$artifact" != - ]; then
  # One that is broken, or another one, is as good as none: the store may have the right one.
  [ -f "$artifact" ] && [ "$(digest "$artifact")" = "$wanted" ] || end missing
  cp -- "$artifact" "$part"
fi
say part "$part"
end ready
