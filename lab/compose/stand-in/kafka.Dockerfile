# Stands in for apache/kafka: Kafka's own jars, started as that image starts them.
FROM eclipse-temurin:25-jre
RUN useradd --uid 1000 --create-home --shell /bin/bash appuser \
  && install -d -o appuser -g appuser /var/lib/kafka/data /opt/kafka/config
COPY libs /opt/kafka/libs
COPY --chown=appuser logback.xml /opt/kafka/config/logback.xml
COPY run /etc/kafka/docker/run
USER appuser
WORKDIR /opt/kafka
EXPOSE 9092
VOLUME /var/lib/kafka/data
CMD ["/etc/kafka/docker/run"]
