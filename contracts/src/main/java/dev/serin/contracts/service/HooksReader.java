package dev.serin.contracts.service;

import dev.serin.contracts.json.Fields;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads whom a service asks or tells over HTTP, and names what is wrong there.
final class HooksReader {
  /// Those at the end and after a rollback are called one after the other.
  static final int MOST_HOOKS = 20;

  static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
  static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(60);
  static final int MOST_RETRIES = 5;

  private static final int MOST_CHARACTERS = 2_000;

  private static final String UNNAMED = "unnamed" + "-".repeat(93);

  private HooksReader() {}

  static List<Hook> hooks(Fields fields) {
    List<Hook> hooks = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Fields hook : fields.objects("hooks")) {
      String name = hook.requiredName("name");
      if (!name.equals("-") && !names.add(name)) {
        hook.problem("name", "expected each hook once, found " + name + " twice");
      }
      if (!hook.has("at")) {
        hook.problem(
            "at", "expected one of preflight, before-promotion, after-rollback, end, is missing");
      }
      Hook.At at = hook.choice("at", Hook.At.class, Hook.At.PREFLIGHT);
      Hook.OnVeto onVeto = hook.choice("onVeto", Hook.OnVeto.class, Hook.OnVeto.ROLLBACK);
      if (onVeto == Hook.OnVeto.PAUSE && at != Hook.At.BEFORE_PROMOTION) {
        hook.problem(
            "onVeto",
            "expected pause only with at: before-promotion, since "
                + (at == Hook.At.PREFLIGHT
                    ? "a veto at preflight always ends the rollout"
                    : "who is called there is told, and can't veto"));
      }
      hooks.add(
          new Hook(
              name.equals("-") ? UNNAMED : name,
              at,
              url(hook),
              timeout(hook),
              hook.integer("retries", 0, MOST_RETRIES).orElse(2),
              onVeto,
              hook.choice("onSilence", Hook.OnSilence.class, Hook.OnSilence.FAIL),
              hook.name("secret").orElse(null)));
    }
    if (hooks.size() > MOST_HOOKS) {
      fields.problem("hooks", "expected at most " + MOST_HOOKS + " of them, found " + hooks.size());
    }
    return hooks;
  }

  private static Duration timeout(Fields hook) {
    Duration timeout = hook.duration("timeout", SHORTEST_TIMEOUT).orElse(Duration.ofSeconds(10));
    if (timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      hook.problem("timeout", "expected at most 60s, found a longer one");
      return LONGEST_TIMEOUT;
    }
    return timeout;
  }

  /// What is wrong with a URL is said without the URL: it may hold a password.
  private static String url(Fields hook) {
    if (!hook.has("url")) {
      hook.problem("url", "expected an http or https URL, is missing");
      return "-";
    }
    String text = hook.text("url").orElse("-");
    if (text.equals("-")) {
      return text;
    }
    try {
      URI url = new URI(text);
      if (url.getRawUserInfo() != null) {
        hook.problem(
            "url",
            "expected a URL without user and password, found one with them: sign with a secret"
                + " instead");
      } else if (!isHttp(url) || url.getRawFragment() != null || !isPlain(text)) {
        hook.problem("url", "expected an http or https URL with a host, found another text");
      }
    } catch (URISyntaxException notOne) {
      hook.problem("url", "expected an http or https URL with a host, found another text");
    }
    return text;
  }

  private static boolean isHttp(URI url) {
    return url.getHost() != null
        && ("http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme()))
        && url.getPort() <= 65_535;
  }

  /// A URI of Java's may hold letters of any script, which would have to be escaped on the way.
  private static boolean isPlain(String text) {
    return text.length() <= MOST_CHARACTERS && text.chars().allMatch(it -> it > ' ' && it <= '~');
  }
}
