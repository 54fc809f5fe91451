package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The releases of the tests' service: each a script, and each another file.
final class Binaries {
  private Binaries() {}

  /// Serves HTTP on port 8080.
  ///
  /// @param status what its health check answers
  static byte[] serving(String version, int status) {
    return """
    #!/usr/bin/perl
    # version %s
    use IO::Socket::INET;
    $SIG{TERM} = sub { exit 0 };
    my $server = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => 8080, Listen => 10, ReuseAddr => 1) or die $!;
    while (my $client = $server->accept) {
      while (<$client>) { last if /^\\r?$/ }
      print $client "HTTP/1.1 %d Said\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok";
      close $client;
    }
    """
        .formatted(version, status)
        .getBytes(UTF_8);
  }

  /// Ends as soon as it is started.
  static byte[] exiting(String version) {
    return ("#!/bin/sh\n# version " + version + "\nexit 7\n").getBytes(UTF_8);
  }

  /// Takes long to end.
  static byte[] clinging(String version) {
    return ("#!/bin/sh\n# version " + version + "\ntrap '' TERM\nwhile :; do sleep 1; done\n")
        .getBytes(UTF_8);
  }

  static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
