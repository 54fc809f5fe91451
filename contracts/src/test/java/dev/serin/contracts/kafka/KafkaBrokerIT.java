package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KafkaBrokerIT {
  @RegisterExtension static final KafkaBroker broker = new KafkaBroker();

  @Test
  void carriesARecordInATransaction() throws Exception {
    broker.deleteTopics();
    TopicCreation.ensure(broker.settings());
    Map<String, Object> transactional = broker.settings().producer();
    transactional.put("transactional.id", "kafka-broker-it");
    try (var producer = new KafkaProducer<String, byte[]>(transactional)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer
          .send(new ProducerRecord<>(Topics.REQUESTS, 0, "backend-api", new byte[] {7}))
          .get(60, TimeUnit.SECONDS);
      producer.commitTransaction();
    }

    try (var consumer = new KafkaConsumer<String, byte[]>(broker.settings().consumer())) {
      TopicPartition first = new TopicPartition(Topics.REQUESTS, 0);
      consumer.assign(List.of(first));
      consumer.seekToBeginning(List.of(first));
      ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofMinutes(5));

      assertThat(records.records(first)).singleElement().returns("backend-api", r -> r.key());
    }
  }

  @Test
  void deletesTopicsSoThatTheyCanBeMadeAnew() throws Exception {
    TopicCreation.ensure(broker.settings());

    broker.deleteTopics();

    try (Admin admin = Admin.create(broker.settings().common())) {
      assertThat(admin.listTopics().names().get(60, TimeUnit.SECONDS)).isEmpty();
      TopicCreation.ensure(broker.settings());
      assertThat(admin.listTopics().names().get(60, TimeUnit.SECONDS)).hasSize(Topics.all().size());
    }
  }
}
