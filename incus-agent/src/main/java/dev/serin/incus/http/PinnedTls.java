package dev.serin.incus.http;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS as Incus does it: both sides show a certificate that they signed themselves, and each knows
/// the other's.
public final class PinnedTls {
  private PinnedTls() {}

  /// @param chain the client's certificate
  /// @param server the one certificate that the server may show
  public static SSLContext context(
      List<X509Certificate> chain, PrivateKey key, X509Certificate server) {
    try {
      KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
      keys.load(null, null);
      keys.setKeyEntry("client", key, new char[0], chain.toArray(new X509Certificate[0]));
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, new char[0]);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(managers.getKeyManagers(), new TrustManager[] {new Pinned(server)}, null);
      return context;
    } catch (GeneralSecurityException | IOException unusable) {
      // Its message may quote what it could not read.
      throw new IllegalArgumentException(
          "the client certificate and key can't be used together: "
              + unusable.getClass().getSimpleName());
    }
  }

  private static final class Pinned extends X509ExtendedTrustManager {
    private final X509Certificate server;

    Pinned(X509Certificate server) {
      this.server = server;
    }

    private void check(X509Certificate[] shown) throws CertificateException {
      if (shown.length == 0 || !Arrays.equals(shown[0].getEncoded(), server.getEncoded())) {
        throw new CertificateException(
            "the server shows another certificate than the one in server-cert");
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, Socket socket)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine engine)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
