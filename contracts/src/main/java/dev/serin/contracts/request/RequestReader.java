package dev.serin.contracts.request;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Fields;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request.AbortRequested;
import dev.serin.contracts.request.Request.Answer;
import dev.serin.contracts.request.Request.FreezeRequested;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.request.Request.HandsOffRequested;
import dev.serin.contracts.request.Request.HandsOnRequested;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.request.Request.Migration;
import dev.serin.contracts.request.Request.PauseRequested;
import dev.serin.contracts.request.Request.PromoteRequested;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.request.Request.ResumeRequested;
import dev.serin.contracts.request.Request.RetryRequested;
import dev.serin.contracts.request.Request.RollbackRequested;
import dev.serin.contracts.request.Request.Scope;
import dev.serin.contracts.request.Request.UnfreezeRequested;
import dev.serin.contracts.service.Strategies;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads a request as somebody sent it, fills in the defaults, and names every problem at once.
public final class RequestReader {
  private static final Set<String> SCHEMES = Set.of("file", "node", "http", "https");
  private static final int LONGEST_TEXT = 2_000;

  /// What is later can't be counted in milliseconds.
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private RequestReader() {}

  public static Parsed<Request> read(JsonNode document) {
    Fields fields = Fields.of(document);
    if (!document.isObject()) {
      return new Parsed.Invalid<>(fields.problems());
    }
    Head head = head(fields);
    Optional<Request> request = request(fields, head);
    if (request.isEmpty() || !fields.problems().isEmpty()) {
      return new Parsed.Invalid<>(fields.problems());
    }
    return new Parsed.Valid<>(request.get());
  }

  private record Head(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      @Nullable String rolloutId) {}

  private static Head head(Fields fields) {
    String requestId = fields.requiredText("requestId");
    if (requestId.length() > 200 || requestId.chars().anyMatch(Character::isISOControl)) {
      fields.problem("requestId", "expected 1 to 200 printable characters, found another text");
    }
    boolean global =
        fields.text("service").filter("*"::equals).isPresent()
            && fields.text("type").filter(type -> type.endsWith("freeze-requested")).isPresent();
    return new Head(
        requestId,
        global ? "*" : fields.requiredName("service"),
        bounded(fields, "requestedBy").orElse("unknown"),
        bounded(fields, "reason").orElse(""),
        bounded(fields, "rolloutId").orElse(null));
  }

  /// A text of at most [#LONGEST_TEXT] characters; an empty one counts as missing.
  private static Optional<String> bounded(Fields fields, String field) {
    Optional<String> text = fields.emptyOrText(field);
    if (text.isPresent() && text.get().length() > LONGEST_TEXT) {
      fields.problem(field, "expected at most " + LONGEST_TEXT + " characters, found more");
    }
    return text;
  }

  private static Optional<Request> request(Fields fields, Head head) {
    String type = fields.requiredText("type");
    return switch (type) {
      case "release-requested" -> Optional.of(release(fields, head));
      case "abort-requested" ->
          Optional.of(
              new AbortRequested(
                  head.requestId, head.service, head.requestedBy, head.reason, head.rolloutId));
      case "promote-requested" ->
          Optional.of(
              new PromoteRequested(
                  head.requestId,
                  head.service,
                  head.requestedBy,
                  head.reason,
                  head.rolloutId,
                  fields.choice("scope", Scope.class, Scope.STEP),
                  answers(fields)));
      case "pause-requested" ->
          Optional.of(
              new PauseRequested(
                  head.requestId, head.service, head.requestedBy, head.reason, head.rolloutId));
      case "resume-requested" ->
          Optional.of(
              new ResumeRequested(
                  head.requestId, head.service, head.requestedBy, head.reason, head.rolloutId));
      case "retry-requested" ->
          Optional.of(
              new RetryRequested(
                  head.requestId,
                  head.service,
                  head.requestedBy,
                  head.reason,
                  head.rolloutId,
                  fields.choice("from", From.class, From.STEP)));
      case "rollback-requested" ->
          Optional.of(
              new RollbackRequested(
                  head.requestId, head.service, head.requestedBy, head.reason, head.rolloutId));
      case "freeze-requested" -> Optional.of(freeze(fields, head));
      case "unfreeze-requested" ->
          Optional.of(
              new UnfreezeRequested(head.requestId, head.service, head.requestedBy, head.reason));
      case "hands-off-requested" ->
          Optional.of(
              new HandsOffRequested(head.requestId, head.service, head.requestedBy, head.reason));
      case "hands-on-requested" ->
          Optional.of(
              new HandsOnRequested(head.requestId, head.service, head.requestedBy, head.reason));
      default -> {
        if (fields.has("type")) {
          fields.problem(
              "type",
              "expected release-requested, abort-requested, promote-requested, pause-requested,"
                  + " resume-requested, retry-requested, rollback-requested, freeze-requested,"
                  + " unfreeze-requested, hands-off-requested or hands-on-requested, found '"
                  + Check.printable(type)
                  + "'");
        }
        yield Optional.empty();
      }
    };
  }

  private static ReleaseRequested release(Fields fields, Head head) {
    boolean installs = fields.text("strategy").map(Strategies::installs).orElse(true);
    Artifact artifact =
        (installs ? fields.requiredObject("artifact") : fields.object("artifact"))
            .map(RequestReader::artifact)
            .orElse(Artifact.NONE);
    String version = fields.requiredText("version");
    if (version.length() > 200 || version.chars().anyMatch(Character::isISOControl)) {
      fields.problem("version", "expected 1 to 200 printable characters, found another text");
    }
    return new ReleaseRequested(
        head.requestId,
        head.service,
        head.requestedBy,
        head.reason,
        version,
        artifact,
        fields.object("rollbackArtifact").map(RequestReader::artifact).orElse(null),
        fields.text("strategy").orElse(null),
        fields.tree("overrides").orElse(null),
        migrations(fields),
        signed(fields, head, "forceMigrate"),
        fields.choice("ifBusy", IfBusy.class, IfBusy.QUEUE),
        fields.textMap("labels"),
        signed(fields, head, "overrideFreeze"),
        FilesReader.files(fields, RequestReader::artifact));
  }

  private static Artifact artifact(Fields artifact) {
    String uri = artifact.requiredText("uri");
    if (artifact.text("uri").isPresent() && !isArtifactUri(uri)) {
      artifact.problem(
          "uri",
          "expected a file:, node:, http: or https: URI with an absolute path without '..', found '"
              + Check.printable(Check.withoutSecrets(uri))
              + "'");
    }
    return new Artifact(uri, artifact.requiredSha256("sha256"));
  }

  private static boolean isArtifactUri(String uri) {
    try {
      URI parsed = URI.create(uri);
      return parsed.getScheme() != null
          && SCHEMES.contains(parsed.getScheme())
          && (parsed.getRawAuthority() != null || !parsed.getScheme().startsWith("http"))
          && parsed.getPath() != null
          && parsed.getPath().startsWith("/")
          && !List.of(parsed.getPath().split("/", -1)).contains("..");
    } catch (IllegalArgumentException notOne) {
      return false;
    }
  }

  private static List<Answer> answers(Fields fields) {
    return fields.objects("answers").stream()
        .map(answer ->
            new Answer(
                bounded(answer, "question").orElseGet(() -> answer.requiredText("question")),
                bounded(answer, "answer").orElseGet(() -> answer.requiredText("answer"))))
        .toList();
  }

  private static List<Migration> migrations(Fields fields) {
    return fields.objects("migrations").stream()
        .map(migration ->
            new Migration(migration.requiredText("path"), migration.requiredText("sql")))
        .toList();
  }

  /// Only for somebody who says who he is, and why.
  private static boolean signed(Fields fields, Head head, String flag) {
    boolean given = fields.flag(flag, false);
    if (given && (head.requestedBy.equals("unknown") || head.reason.isBlank())) {
      fields.problem(
          flag,
          "expected requestedBy and reason beside it, so that the record says who and why, found "
              + (head.reason.isBlank() ? "no reason" : "nobody in requestedBy"));
    }
    return given;
  }

  private static FreezeRequested freeze(Fields fields, Head head) {
    Instant from = instant(fields, "from");
    Instant until = instant(fields, "until");
    if (from != null && until != null && until.isBefore(from)) {
      fields.problem("until", "expected an instant after from, " + from + ", found " + until);
    }
    return new FreezeRequested(
        head.requestId, head.service, head.requestedBy, head.reason, from, until);
  }

  private static @Nullable Instant instant(Fields fields, String field) {
    Optional<String> text = fields.text(field);
    if (text.isEmpty()) {
      return null;
    }
    try {
      Instant instant = Instant.parse(text.get());
      if (instant.isAfter(LATEST) || instant.isBefore(Instant.EPOCH)) {
        fields.problem(field, "expected an instant from 1970 to 9999, found another one");
      }
      return instant;
    } catch (DateTimeParseException notOne) {
      fields.problem(field, "expected an instant such as 2026-12-24T00:00:00Z, found another text");
      return null;
    }
  }
}
