# Stands in for prom/prometheus: Debian's Prometheus, with that image's user and places.
FROM serin-stand-in/debian
# In Debian /bin is /usr/bin, so the programs are in that image's places already.
RUN install -d -o nobody -g nogroup /prometheus /etc/prometheus
USER nobody
WORKDIR /prometheus
VOLUME /prometheus
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
