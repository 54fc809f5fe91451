package dev.serin.coordinator.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// The answer to what fails outside of any controller.
@RestController
class ProblemErrors implements ErrorController {
  @RequestMapping("${spring.web.error.path:${error.path:/error}}")
  ResponseEntity<String> error(HttpServletRequest request) {
    int status =
        request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
            ? code
            : 404;
    if (status == 404) {
      return Problem.of(
              Problem.Kind.NOT_FOUND,
              "expected a path of the API, or / for the page, found another")
          .response();
    }
    return Problem.of(
            status >= 500 ? Problem.Kind.BUG : Problem.Kind.HTTP,
            "expected a request that can be answered, found one that fails with status " + status)
        .response(status, HttpHeaders.EMPTY);
  }
}
