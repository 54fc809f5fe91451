package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.coordinator.artifact.ArtifactMetrics;
import dev.serin.coordinator.artifact.ArtifactStore;
import dev.serin.coordinator.artifact.ArtifactStore.Stored;
import dev.serin.coordinator.artifact.Receipt;
import dev.serin.coordinator.view.ArtifactNeeds;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The store of artifacts. An upload that broke off goes on with a partial PUT (RFC 9110, section
/// 14.5), which is what `curl -C OFFSET -T FILE` sends; HEAD tells how much is there.
@RestController
class ArtifactsController {
  /// How much of an upload is there, in bytes.
  static final String OFFSET = "Upload-Offset";

  /// Keeps what is sent for the agents alone.
  private static final String PRIVATE = "private";

  private static final String ARTIFACT = "/api/v1/artifacts/{sha256}";
  private static final Pattern RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");

  private final ArtifactStore store;
  private final ArtifactNeeds needs;
  private final ArtifactMetrics metrics;
  private final PrivateArtifacts privacy;

  ArtifactsController(
      ArtifactStore store, ArtifactNeeds needs, ArtifactMetrics metrics, PrivateArtifacts privacy) {
    this.store = store;
    this.needs = needs;
    this.metrics = metrics;
    this.privacy = privacy;
  }

  /// Where an upload goes on.
  ///
  /// @param totalBytes of the whole artifact; negative where the client doesn't say
  private record Extent(long offset, long totalBytes) {}

  @GetMapping("/api/v1/artifacts")
  ResponseEntity<String> all() {
    boolean isKnown = needs.digests().isPresent();
    Map<String, List<ArtifactNeeds.Need>> byDigest = needs.byDigest();
    ArrayNode list = Json.mapper().createArrayNode();
    for (Stored stored : store.all()) {
      if (stored.isPrivate()) {
        continue;
      }
      ObjectNode line = list.addObject();
      line.put("sha256", stored.sha256());
      line.put("sizeBytes", stored.sizeBytes());
      line.put("usedAt", stored.usedAt().toString());
      if (isKnown) {
        ArrayNode by = line.putArray("neededBy");
        for (ArtifactNeeds.Need need : byDigest.getOrDefault(stored.sha256(), List.of())) {
          by.addObject().put("service", need.service()).put("as", need.use().shown());
        }
      } else {
        line.putNull("neededBy");
      }
    }
    return Answers.json(HttpStatus.OK, list.toString());
  }

  /// @param isPrivate whether the client is to send it to be kept private: then it is to send it,
  ///   whether it is here for everybody or not
  @RequestMapping(path = ARTIFACT, method = RequestMethod.HEAD)
  ResponseEntity<Void> head(
      @PathVariable("sha256") String sha256,
      @RequestParam(name = PRIVATE, defaultValue = "false") boolean isPrivate,
      HttpServletRequest request) {
    if (!Check.isSha256(sha256)) {
      return ResponseEntity.badRequest().build();
    }
    ResponseEntity.HeadersBuilder<?> missing =
        ResponseEntity.notFound().header(OFFSET, String.valueOf(store.offset(sha256)));
    if (isPrivate) {
      return missing.header(PrivateArtifacts.HEADER, privacy.word()).build();
    }
    return store
        .find(sha256)
        .filter(stored -> privacy.mayHave(stored, request))
        .map(stored -> described(stored).contentLength(stored.sizeBytes()).<Void>build())
        .orElseGet(missing::build);
  }

  /// A part of it where the client asks for one (`Range`).
  @GetMapping(ARTIFACT)
  ResponseEntity<?> get(@PathVariable("sha256") String sha256, HttpServletRequest request) {
    if (!Check.isSha256(sha256)) {
      return noDigest(sha256);
    }
    Optional<Stored> stored = store.find(sha256).filter(found -> privacy.mayHave(found, request));
    if (stored.isPresent()) {
      return described(stored.get()).body(new FileSystemResource(stored.get().file()));
    }
    return privacy
        .refusal(request)
        .orElseGet(() ->
            Problem.of(
                Problem.Kind.NOT_FOUND,
                "expected an artifact of this store, found none with SHA-256 "
                    + sha256
                    + "; GET /api/v1/artifacts lists them, but for private ones, which the agents"
                    + " alone can have"))
        .response();
  }

  private static ResponseEntity.BodyBuilder described(Stored stored) {
    return ResponseEntity.ok()
        // What is private is kept by no cache on its way.
        .cacheControl(stored.isPrivate() ? CacheControl.noStore() : CacheControl.empty())
        .contentType(MediaType.APPLICATION_OCTET_STREAM)
        .header(HttpHeaders.ACCEPT_RANGES, "bytes")
        .eTag("\"" + stored.sha256() + "\"");
  }

  @PutMapping(path = ARTIFACT, consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
  ResponseEntity<String> put(
      @PathVariable("sha256") String sha256,
      @RequestParam(name = PRIVATE, defaultValue = "false") boolean isPrivate,
      HttpServletRequest request)
      throws IOException {
    if (!Check.isSha256(sha256)) {
      return noDigest(sha256);
    }
    Optional<ResponseEntity<String>> impossible = privacy.impossible(isPrivate);
    if (impossible.isPresent()) {
      return impossible.get();
    }
    String range = request.getHeader(HttpHeaders.CONTENT_RANGE);
    Optional<Extent> extent = extent(range, request.getContentLengthLong());
    if (extent.isEmpty()) {
      return Problem.of(
              Problem.Kind.INVALID_PARAMETER,
              "Content-Range: expected bytes OFFSET-LAST/SIZE up to the artifact's end, and a body"
                  + " of that length, found '"
                  + Check.printable(String.valueOf(range))
                  + "'")
          .response();
    }
    Receipt receipt =
        store.receive(
            sha256,
            extent.get().offset(),
            extent.get().totalBytes(),
            request.getInputStream(),
            isPrivate);
    metrics.received(receipt);
    return switch (receipt) {
      case Receipt.Stored(long sizeBytes) -> stored(HttpStatus.CREATED, sha256, sizeBytes);
      case Receipt.AlreadyThere(long sizeBytes) -> {
        // It is read, or the client would still be sending when the answer comes.
        request.getInputStream().transferTo(OutputStream.nullOutputStream());
        ResponseEntity<String> known = stored(HttpStatus.OK, sha256, sizeBytes);
        yield isPrivate
            ? ResponseEntity.status(known.getStatusCode())
                .headers(known.getHeaders())
                .header(PrivateArtifacts.HEADER, PrivateArtifacts.PUBLIC)
                .body(known.getBody())
            : known;
      }
      case Receipt.Cut(long offset) ->
          at(
              offset,
              Problem.of(
                  Problem.Kind.MALFORMED,
                  "expected the whole artifact, found that it breaks off; go on at byte "
                      + offset));
      case Receipt.WrongOffset(long offset) ->
          at(
              offset,
              Problem.of(
                  Problem.Kind.WRONG_OFFSET,
                  "Content-Range: expected the upload to go on at byte "
                      + offset
                      + ", found byte "
                      + extent.get().offset()));
      case Receipt.WrongDigest(String found) ->
          Problem.of(
                  Problem.Kind.WRONG_DIGEST,
                  "expected SHA-256 "
                      + sha256
                      + ", found "
                      + found
                      + "; nothing was kept: send the file that has this digest")
              .response();
      case Receipt.TooLarge(long largest) ->
          Problem.of(
                  Problem.Kind.TOO_LARGE,
                  "expected at most "
                      + largest
                      + " bytes (serin.artifacts.largest), found more; nothing was kept")
              .response();
      case Receipt.Full(String found) ->
          Problem.of(
                  Problem.Kind.DISK_FULL,
                  "expected room for the artifact on the coordinator's disk, found "
                      + Check.printable(found)
                      + "; make room there (serin.artifacts.keep-free)")
              .response();
    };
  }

  private static ResponseEntity<String> stored(HttpStatus status, String sha256, long sizeBytes) {
    ObjectNode body = Json.mapper().createObjectNode();
    body.put("sha256", sha256);
    body.put("sizeBytes", sizeBytes);
    return Answers.json(status, body.toString());
  }

  private static ResponseEntity<String> at(long offset, Problem problem) {
    HttpHeaders headers = new HttpHeaders();
    headers.set(OFFSET, String.valueOf(offset));
    return problem.response(problem.kind().status, headers);
  }

  private static ResponseEntity<String> noDigest(String found) {
    return Problem.of(
            Problem.Kind.INVALID_PARAMETER,
            "expected a SHA-256 digest of 64 lower-case hexadecimal digits in the path, found '"
                + Check.printable(found)
                + "'")
        .response();
  }

  /// None where the header can't be, or does not fit the body's length.
  private static Optional<Extent> extent(@Nullable String range, long length) {
    if (range == null) {
      return Optional.of(new Extent(0, length));
    }
    Matcher matcher = RANGE.matcher(range.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long first = Long.parseLong(matcher.group(1));
    long last = Long.parseLong(matcher.group(2));
    long total = Long.parseLong(matcher.group(3));
    boolean isRest = first <= last && last == total - 1;
    return isRest && (length < 0 || length == total - first)
        ? Optional.of(new Extent(first, total))
        : Optional.empty();
  }
}
