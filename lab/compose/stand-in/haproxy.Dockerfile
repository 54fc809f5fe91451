# Stands in for haproxy: Debian's HAProxy, with that image's user and places.
FROM serin-stand-in/debian
RUN groupmod --gid 99 haproxy && usermod --uid 99 --gid 99 haproxy \
  && install -d -o haproxy -g haproxy /var/lib/haproxy && install -d /usr/local/etc/haproxy
USER haproxy
WORKDIR /var/lib/haproxy
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
