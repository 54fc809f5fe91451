package dev.serin.coordinator.rescue;

/// What every rescue sheet has of the shell.
final class Shell {
  private Shell() {}

  /// What the lines of a sheet lean on.
  static final String FUNCTIONS =
      """
      # NAME: nobody has said how to reach it.
      unreachable() {
        echo "how to reach $1 is not known: do this step by hand, then run the lines below it" >&2
        exit 1
      }

      # HAProxy answers a command that it obeys with nothing.
      obeyed() {
        answer=$(cat | tr -d '\\n')
        [ -z "$answer" ] || { echo "HAProxy: $answer" >&2; exit 1; }
      }

      # POOL SERVER COLUMN <SHOW STAT: one value, columns found by their names.
      column() {
        awk -F, -v p="$1" -v s="$2" -v c="$3" '
          NR == 1 { sub(/^# */, ""); for (i = 1; i <= NF; i++) at[$i] = i }
          $1 == p && $2 == s { print $(at[c]) }'
      }

      # POOL SERVER SECONDS COMMAND…: waits until no request is left there.
      empty() {
        pool=$1 server=$2 left=$3
        shift 3
        while [ "$left" -gt 0 ]; do
          sessions=$(echo 'show stat' | "$@" | column "$pool" "$server" scur)
          [ "${sessions:-0}" != 0 ] || return 0
          left=$((left - 1))
          sleep 1
        done
        echo "$pool/$server: $sessions sessions are left; going on" >&2
      }

      # POOL SERVER COMMAND…: says what it is now. What is on its way up has some checks to pass.
      shown() {
        pool=$1 server=$2
        shift 2
        left=10
        while :; do
          stat=$(echo 'show stat' | "$@")
          case $(echo "$stat" | column "$pool" "$server" status) in
            DOWN*) left=$((left - 1)) ;;
            *) break ;;
          esac
          [ "$left" -gt 0 ] || break
          sleep 1
        done
        echo "$pool/$server is $(echo "$stat" | column "$pool" "$server" status), weight" \\
          "$(echo "$stat" | column "$pool" "$server" weight)"
      }
      """;

  /// Puts the binary with a digest in its place, from what is kept on the node.
  ///
  /// Arguments: directory, name, digest, `previous` or `-`.
  static final String RESTORE =
      """
      cd "$1"
      [ "$(sha256sum <"$2" | cut -c 1-64)" != "$3" ] || exit 0
      for kept in ".serin/$2-$3" "$4"; do
        [ -f "$kept" ] && [ "$(sha256sum <"$kept" | cut -c 1-64)" = "$3" ] || continue
        cp -a -- "$kept" .serin/.rescue
        mv -fT -- .serin/.rescue "$2"
        exit 0
      done
      echo "no binary with SHA-256 $3 is kept here" >&2
      exit 1\
      """;

  /// Keeps the installed binary under its digest.
  ///
  /// Arguments: directory, name, digest.
  static final String KEEP =
      """
      cd "$1"
      mkdir -p .serin
      [ ! -f ".serin/$2-$3" ] || exit 0
      [ "$(sha256sum <"$2" | cut -c 1-64)" = "$3" ] || exit 0
      cp -a -- "$2" .serin/.rescue
      mv -fT -- .serin/.rescue ".serin/$2-$3\"\
      """;

  /// Installs what was copied beside the installed binary, once its digest is right.
  ///
  /// Arguments: directory, name, digest, owner:group, mode.
  static final String INSTALL =
      """
      cd "$1"
      [ "$(sha256sum <"$2" | cut -c 1-64)" != "$3" ] || exit 0
      [ "$(sha256sum <.serin/.rescue | cut -c 1-64)" = "$3" ]
      chown -- "$4" .serin/.rescue
      chmod -- "$5" .serin/.rescue
      mv -fT -- .serin/.rescue "$2\"\
      """;

  /// Keeps the content of a further file; only root may see it.
  ///
  /// Arguments: folder, path, digest, where.
  static final String KEEP_FILE =
      """
      umask 077
      mkdir -p -- "$1"
      chmod 0700 -- "$1"
      [ ! -f "$4" ] || exit 0
      [ "$(sha256sum <"$2" | cut -c 1-64)" = "$3" ] || exit 0
      cat -- "$2" >"$1/.rescue"
      mv -fT -- "$1/.rescue" "$4\"\
      """;

  /// Puts a further file in its place, unless there is a link in the way.
  ///
  /// Arguments: from, path, digest, owner:group, mode.
  static final String PLACE_FILE =
      """
      [ "$(sha256sum <"$1" | cut -c 1-64)" = "$3" ]
      directory=${2%/*}
      [ "$(readlink -f -- "$directory")" = "$directory" ]
      new=$directory/.${2##*/}.serin-rescue
      rm -f -- "$new"
      (umask 077 && cat -- "$1" >"$new")
      chown -- "$4" "$new"
      chmod -- "$5" "$new"
      mv -fT -- "$new" "$2\"\
      """;

  /// Asks for health until it is there.
  ///
  /// Arguments: URL.
  static final String HEALTH =
      "until curl -gsf -o /dev/null --max-time 5 -- \"$1\"; do sleep 1; done";

  /// One word of a command.
  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /// A text in a comment: what breaks the line would be a command.
  static String comment(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
