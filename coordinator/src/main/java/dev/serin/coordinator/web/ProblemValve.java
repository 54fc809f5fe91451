package dev.serin.coordinator.web;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/// The answer to what Tomcat refuses before anything of ours is asked (a path that is no URI,
/// headers beyond all measure): a problem detail instead of Tomcat's own page.
public final class ProblemValve extends ErrorReportValve {
  @Override
  protected void report(Request request, Response response, @Nullable Throwable cause) {
    int status = response.getStatus();
    if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
      return;
    }
    try {
      response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
      response.setCharacterEncoding("UTF-8");
      response
          .getReporter()
          .write(
              Problem.of(
                      status >= 500 ? Problem.Kind.BUG : Problem.Kind.HTTP,
                      "expected an HTTP request that can be read, found one that the server"
                          + " refuses with status "
                          + status
                          + "; see whether the path is percent-encoded")
                  .json(status));
      response.finishResponse();
    } catch (IOException gone) {
      container.getLogger().debug("a client is gone", gone);
    }
  }
}
