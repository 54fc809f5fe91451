package dev.serin.sli.hook;

import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliCommand.CallHook;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Calls hooks, and calls again where no usable answer comes. A command that is repeated is
/// answered from the command desk's memory; over a restart the call itself may come twice, with the
/// same `Idempotency-Key`.
public final class Hooks {
  private final HookWire wire;
  private final Map<String, String> secrets;

  /// @param secrets the shared secrets by their names
  public Hooks(HookWire wire, Map<String, String> secrets) {
    this.wire = wire;
    this.secrets = Map.copyOf(secrets);
  }

  /// The hooks that would not be called, since the secret that they are signed with is not there;
  /// one sentence each.
  ///
  /// @param needed whether those whose silence stops the rollout are meant, or the others
  public List<String> unsigned(List<Hook> asked, boolean needed) {
    return asked.stream()
        .filter(hook -> hook.isNeeded() == needed && isUnsigned(hook))
        .map(hook -> "hook " + hook.name() + ": " + noSecret(hook))
        .toList();
  }

  private boolean isUnsigned(Hook hook) {
    return hook.secret() != null && !secrets.containsKey(hook.secret());
  }

  private static String noSecret(Hook hook) {
    return "expected serin.hooks.secrets."
        + hook.secret()
        + " in the sli-watcher's configuration, found none";
  }

  /// Nothing is caught but what is expected: a hook's whole answer is an event.
  public HookAnswered call(CallHook command, Turn turn)
      throws Turn.Preempted, InterruptedException {
    Instant begin = turn.now();
    Hook hook = command.hook();
    if (isUnsigned(hook)) {
      return answered(
          command, turn, begin, 0, HookVerdict.SILENT, noSecret(hook) + "; it was not called");
    }
    byte[] body = Json.mapper().writeValueAsBytes(command.call());
    if (body.length > HookWire.LONGEST_BODY_BYTES) {
      return answered(
          command,
          turn,
          begin,
          0,
          HookVerdict.SILENT,
          "expected at most 64 KiB to send, found " + body.length + " bytes; it was not called");
    }
    int attempts = 0;
    while (true) {
      attempts++;
      turn.check();
      HookAnswer answer =
          HookAnswer.of(
              wire.post(
                  new HookWire.Post(
                      URI.create(hook.url()),
                      headers(command, attempts, turn.now(), body),
                      body,
                      hook.timeout())));
      if (!answer.again() || attempts > hook.retries()) {
        return answered(command, turn, begin, attempts, answer.verdict(), answer.reason());
      }
      turn.pause(pause(command, attempts + 1));
    }
  }

  private Map<String, String> headers(CallHook command, int attempt, Instant at, byte[] body) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Accept", "application/json");
    headers.put("User-Agent", "serin");
    headers.put("Idempotency-Key", command.head().commandId());
    headers.put("Serin-Attempt", Integer.toString(attempt));
    if (command.hook().secret() != null) {
      String secret = Objects.requireNonNull(secrets.get(command.hook().secret()));
      headers.put(Signature.HEADER, Signature.of(secret, at, body));
    }
    return headers;
  }

  /// Up to half of it less by chance, since many rollouts may ask the same one at once. Chance is
  /// drawn from the command's name, so that it stays what it is.
  private static Duration pause(CallHook command, int attempt) {
    return BackOff.drawn(Hook.pause(attempt), 0.5, command.head().commandId(), attempt);
  }

  private static HookAnswered answered(
      CallHook command,
      Turn turn,
      Instant begin,
      int attempts,
      HookVerdict verdict,
      String reason) {
    Instant now = turn.now();
    Duration took = Duration.between(begin, now);
    return new HookAnswered(
        command.head().answered(now),
        command.hook().name(),
        verdict,
        reason,
        attempts,
        took.isNegative() ? Duration.ZERO : took);
  }
}
