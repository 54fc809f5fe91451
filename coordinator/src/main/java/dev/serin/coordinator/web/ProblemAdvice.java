package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/// Turns what Spring refuses by itself into the same problem details as everything else, and a bug
/// into one that shows nothing of the inside.
@RestControllerAdvice
class ProblemAdvice {
  private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

  @ExceptionHandler
  ResponseEntity<String> method(HttpRequestMethodNotSupportedException refused) {
    return Problem.of(
            Problem.Kind.METHOD,
            "expected "
                + among(refused.getSupportedHttpMethods())
                + " for this path, found "
                + Check.printable(refused.getMethod()))
        .response(405, refused.getHeaders());
  }

  @ExceptionHandler
  ResponseEntity<String> contentType(HttpMediaTypeNotSupportedException refused) {
    return Problem.of(
            Problem.Kind.CONTENT_TYPE,
            "Content-Type: expected "
                + among(refused.getSupportedMediaTypes())
                + ", found "
                + (refused.getContentType() == null
                    ? "none"
                    : Check.printable(refused.getContentType().toString())))
        .response(415, refused.getHeaders());
  }

  @ExceptionHandler
  ResponseEntity<String> notAcceptable(HttpMediaTypeNotAcceptableException refused) {
    return Problem.of(
            Problem.Kind.NOT_ACCEPTABLE,
            "Accept: expected " + among(refused.getSupportedMediaTypes()) + ", found another type")
        .response(406, refused.getHeaders());
  }

  @ExceptionHandler
  ResponseEntity<String> path(NoResourceFoundException missing, HttpServletRequest request) {
    return Problem.of(
            Problem.Kind.NOT_FOUND,
            "expected a path of the API (/api/v1/requests, services, rollouts, events, artifacts, dead-letters), or / for"
                + " the page, found '"
                + Check.printable(request.getRequestURI())
                + "'")
        .response();
  }

  private static String among(@Nullable Collection<?> values) {
    return values == null || values.isEmpty()
        ? "something else"
        : values.stream().map(Object::toString).collect(Collectors.joining(" or "));
  }

  /// Nobody is there to read an answer.
  @ExceptionHandler
  void gone(AsyncRequestNotUsableException gone) {
    log.debug("a client is gone: {}", gone.toString());
  }

  /// The outermost loop of this shell: what else Spring refuses, and bugs.
  @ExceptionHandler
  ResponseEntity<String> other(Exception failure, HttpServletRequest request) {
    if (failure instanceof ErrorResponse refused && refused.getStatusCode().is4xxClientError()) {
      String detail = refused.getBody().getDetail();
      return new Problem(
              Problem.Kind.HTTP,
              detail == null ? "expected another request" : Check.printable(detail),
              List.of())
          .response(refused.getStatusCode().value(), refused.getHeaders());
    }
    log.atError()
        .addKeyValue("method", request.getMethod())
        .addKeyValue("path", Check.printable(request.getRequestURI()))
        .setCause(failure)
        .log("a request met a fault of ours");
    return Problem.of(
            Problem.Kind.BUG,
            "expected an answer, found a fault in the coordinator; its log has the cause")
        .response(500, HttpHeaders.EMPTY);
  }
}
