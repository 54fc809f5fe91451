package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/// Keeps the pages of other sites away. The API asks for no password and listens on the machine
/// itself; but a browser on that machine runs any page, and such a page must neither command Serin
/// nor read from it:
///
/// 1. A request that changes something and comes from another site's page is refused: by
///    `Sec-Fetch-Site`, or by an `Origin` that is not the host asked for.
/// 2. On the loopback interface only `localhost`, addresses and the configured names are accepted
///    as `Host`, so that a name which is made to point here (DNS rebinding) leads nowhere.
/// 3. Every answer says that it is to be neither framed nor guessed at, and the page loads nothing
///    from elsewhere.
final class Guard extends OncePerRequestFilter {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.]+(%.*)?]");
  private static final String CONTENT_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Set<String> hosts;

  Guard(ApiSettings settings) {
    this.hosts =
        Set.copyOf(settings.hosts().stream().map(host -> host.toLowerCase(Locale.ROOT)).toList());
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.setHeader("Content-Security-Policy", CONTENT_POLICY);
    Optional<Problem> refusal = refusal(request);
    if (refusal.isEmpty()) {
      chain.doFilter(request, response);
      return;
    }
    int status = refusal.get().kind().status;
    response.setStatus(status);
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.setCharacterEncoding("UTF-8");
    response.getWriter().write(refusal.get().json(status));
  }

  private Optional<Problem> refusal(HttpServletRequest request) {
    String host = request.getHeader(HttpHeaders.HOST);
    if (isLoopback(request.getLocalAddr()) && !isOurs(host)) {
      return Optional.of(
          Problem.of(
              Problem.Kind.WRONG_HOST,
              "Host: expected localhost, an address, or a name listed in serin.http.hosts, found '"
                  + Check.printable(host == null ? "none" : host)
                  + "'"));
    }
    if (READING.contains(request.getMethod())) {
      return Optional.empty();
    }
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return Optional.of(crossSite("Sec-Fetch-Site", site));
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    return origin == null || isSameHost(origin, host)
        ? Optional.empty()
        : Optional.of(crossSite(HttpHeaders.ORIGIN, origin));
  }

  private static Problem crossSite(String header, String found) {
    return Problem.of(
        Problem.Kind.CROSS_SITE,
        header
            + ": expected a request of Serin's own page or of no page at all, found '"
            + Check.printable(found)
            + "'; use the serin command, or Serin's page");
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException notAnAddress) {
      return false;
    }
  }

  private boolean isOurs(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || hosts.contains(name)
        || ADDRESS.matcher(name).matches();
  }

  private static boolean isSameHost(String origin, @Nullable String host) {
    try {
      String authority = URI.create(origin).getAuthority();
      return authority != null && authority.equalsIgnoreCase(host);
    } catch (IllegalArgumentException notAnOrigin) {
      return false;
    }
  }
}
