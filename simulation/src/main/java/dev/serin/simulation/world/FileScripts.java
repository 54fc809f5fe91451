package dev.serin.simulation.world;

import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The scripts about further files, as [Scripts] has the others. Owner and mode are always the same
/// here: what differs is the content.
final class FileScripts {
  private static final String HELD = Instance.STORE + "/.api.files";
  private static final String PENDING = HELD + "/pending";
  private static final String NOTHING = "- - - -";

  private final Scripts script;
  private final Instance instance;
  private final List<String> arguments;
  private final String parts;

  FileScripts(Scripts script, Instance instance, List<String> arguments, String token) {
    this.script = script;
    this.instance = instance;
    this.arguments = arguments;
    this.parts = HELD + "/part-" + token + "-";
  }

  private String now(String path) {
    String digest = instance.digest(path);
    return digest.isEmpty() ? NOTHING : digest + " 0 0 640";
  }

  private static String kept(String path, String digest) {
    return HELD
        + "/"
        + Binary.sha256(path.getBytes(java.nio.charset.StandardCharsets.UTF_8)).substring(0, 16)
        + "-"
        + digest;
  }

  void look() {
    for (int at = 0; at < arguments.size(); at += 4) {
      int index = at / 4 + 1;
      String now = now(arguments.get(at));
      script.say("file " + index + (now.equals(NOTHING) ? " absent " : " file ") + now);
      String source = arguments.get(at + 3);
      if (!source.equals("-")) {
        byte[] content = instance.content(source);
        script.say(
            "source "
                + index
                + (content == null
                    ? " 0 -"
                    : " " + content.length + " " + instance.digest(source)));
      }
      script.step();
    }
    throw script.end("looked");
  }

  void keep() {
    int keep = Integer.parseInt(arguments.getFirst());
    script.alone();
    for (int at = 1; at < arguments.size(); at += 2) {
      String path = arguments.get(at);
      String wanted = arguments.get(at + 1);
      if (wanted.equals("-")) {
        continue;
      }
      String kept = kept(path, wanted);
      if (!instance.digest(kept).equals(wanted)) {
        if (!instance.digest(path).equals(wanted)) {
          throw script.end("foreign " + (at / 2 + 1));
        }
        script.room();
        script.step();
        copy(path, kept);
        script.effect("kept " + path);
      } else {
        copy(kept, kept);
      }
      script.step();
      prune(kept, keep);
    }
    throw script.end("kept");
  }

  private void copy(String from, String to) {
    byte[] content = instance.content(from);
    if (content != null) {
      instance.write(to, content);
    }
  }

  private void prune(String newest, int keep) {
    String key = newest.substring(0, newest.lastIndexOf('-'));
    TreeMap<java.time.Instant, String> byAge = new TreeMap<>();
    instance
        .files()
        .forEach((path, file) -> {
          if (path.startsWith(key + "-")) {
            byAge.put(file.changedAt(), path);
          }
        });
    int count = 0;
    for (String path : byAge.descendingMap().values()) {
      if (++count > keep && !path.equals(newest)) {
        instance.files().remove(path);
      }
    }
  }

  void place() {
    script.alone();
    instance
        .files()
        .keySet()
        .removeIf(path -> path.startsWith(HELD + "/part-") && !path.startsWith(parts));
    boolean todo = false;
    boolean lacking = false;
    for (int at = 0; at < arguments.size(); at += 10) {
      int index = at / 10 + 1;
      if (!isPlaced(at)) {
        todo = true;
        if (!arguments.get(at + 1).equals("-") && content(at) == null) {
          lacking = true;
          script.say("need " + index + " " + parts + index);
        }
      }
    }
    if (lacking) {
      throw script.end("lacking");
    }
    if (todo) {
      script.room();
      instance.write(PENDING, new byte[0]);
      script.step();
    }
    for (int at = 0; at < arguments.size(); at += 10) {
      if (!isPlaced(at)) {
        String path = arguments.get(at);
        byte[] content = content(at);
        if (content == null) {
          instance.files().remove(path);
        } else {
          script.room();
          script.step();
          instance.write(path, content);
        }
        script.effect("placed " + path);
        script.step();
      }
      script.say("placed " + (at / 10 + 1) + " " + now(arguments.get(at)));
    }
    if (instance.content(PENDING) != null) {
      instance.move(PENDING, Instance.CHANGED);
      script.step();
    }
    instance.files().keySet().removeIf(path -> path.startsWith(parts));
    throw script.end("placed");
  }

  private boolean isPlaced(int at) {
    String now = instance.digest(arguments.get(at));
    String found = now.isEmpty() ? "-" : now;
    if (!found.equals(arguments.get(at + 1)) && !found.equals(arguments.get(at + 5))) {
      throw script.end("foreign " + (at / 10 + 1) + " " + found);
    }
    return found.equals(arguments.get(at + 1));
  }

  private byte @Nullable [] content(int at) {
    String wanted = arguments.get(at + 1);
    for (String path :
        List.of(kept(arguments.get(at), wanted), parts + (at / 10 + 1), arguments.get(at + 9))) {
      if (instance.digest(path).equals(wanted)) {
        return instance.content(path);
      }
    }
    return null;
  }
}
