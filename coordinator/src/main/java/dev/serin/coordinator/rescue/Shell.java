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

      # SHA-256 FILE-OR-URL TO COMMAND…: copies an artifact to a node. Serin's store of artifacts is a
      # directory, so it is asked even when Serin is gone. The command may begin with variables.
      send() {
        sha256=$1 from=$2 to=$3 fetched=
        shift 3
        [ ! -f "$store/$sha256" ] || from=$store/$sha256
        [ ! -f "$store/private/$sha256" ] || from=$store/private/$sha256
        case $from in
          '')
            echo "no artifact with SHA-256 $sha256 is in $store" >&2
            exit 1
            ;;
          http://* | https://*)
            fetched=$(mktemp)
            curl -gfsSL -o "$fetched" -- "$from"
            from=$fetched
            ;;
        esac
        env "$@" "$from" "$to"
        [ -z "$fetched" ] || rm -f -- "$fetched"
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
      [ "$(sha256sum <"$2" | cut -c 1-64)" = "$3" ] \
        || { echo "$1/$2 is not what was there before: see whose it is, and move it away" >&2; exit 1; }
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
      [ "$(sha256sum <.serin/.rescue | cut -c 1-64)" = "$3" ] \
        || { echo "what was copied to $1 has not SHA-256 $3" >&2; exit 1; }
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
      [ "$(sha256sum <"$2" | cut -c 1-64)" = "$3" ] \
        || { echo "$2 is not what was there before: see whose it is" >&2; exit 1; }
      cat -- "$2" >"$1/.rescue"
      mv -fT -- "$1/.rescue" "$4\"\
      """;

  /// Goes into the folder of a further file, so that nobody can put a link in its place meanwhile,
  /// and sees that the file is one that the release or the way back knows.
  ///
  /// Arguments: path, digest that it is to have or `-`, the other one that it may have or `-`.
  private static final String ENTER_FILE =
      """
      folder=${1%/*} file=./${1##*/} now=-
      cd -P -- "${folder:-/}"
      [ "$(pwd -P)" = "${folder:-/}" ] || { echo "$folder is a link" >&2; exit 1; }
      if [ -e "$file" ] || [ -L "$file" ]; then
        [ -f "$file" ] && [ ! -L "$file" ] || { echo "$1 is not a file" >&2; exit 1; }
        now=$(sha256sum <"$file" | cut -c 1-64)
      fi
      [ "$now" = "$2" ] || [ "$now" = "$3" ] \
        || { echo "$1 is neither the release's nor what was there before: see whose it is" >&2; exit 1; }
      """;

  /// Removes a further file.
  ///
  /// Arguments: path, `-`, the digest that it may have.
  static final String REMOVE_FILE = ENTER_FILE + "rm -f -- \"$file\"";

  /// Puts a further file in its place. Whoever may write to that folder can put a link in place of
  /// what is written here, so it is reached by its descriptor alone.
  ///
  /// Arguments: path, digest, the other one that it may have or `-`, from, owner:group, mode.
  static final String PLACE_FILE =
      ENTER_FILE
          + """
          [ "$(sha256sum <"$4" | cut -c 1-64)" = "$2" ] \
            || { echo "$4 has not SHA-256 $2" >&2; exit 1; }
          rm -f -- "./.${1##*/}.serin-"*
          new=$(mktemp -u "./.${1##*/}.serin-XXXXXXXX")
          set -C
          exec 8>"$new"
          set +C
          [ -f /proc/self/fd/8 ]
          chmod 0600 /proc/self/fd/8
          cat -- "$4" >&8
          chown -- "$5" /proc/self/fd/8
          chmod -- "$6" /proc/self/fd/8
          exec 8>&-
          mv -fT -- "$new" "$file\"\
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
