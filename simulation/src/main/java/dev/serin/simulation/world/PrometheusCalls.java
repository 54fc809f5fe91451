package dev.serin.simulation.world;

import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.sli.prometheus.PrometheusWire;
import java.time.Duration;
import java.util.List;

/// A process's way to Prometheus.
public final class PrometheusCalls implements PrometheusWire {
  private static final Duration LATENCY = Duration.ofMillis(4);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final VirtualProcess process;
  private final VirtualPrometheus prometheus;
  private final Troubles troubles;

  public PrometheusCalls(VirtualProcess process, VirtualPrometheus prometheus, Troubles troubles) {
    this.process = process;
    this.prometheus = prometheus;
    this.troubles = troubles;
  }

  @Override
  public List<Reply> ask(List<Question> questions) {
    process.checkAlive();
    return new Exchange(process, LATENCY, TIMEOUT)
        .run(
            troubles.of(process, "prometheus", "query"),
            () -> questions.stream().map(prometheus::answer).toList(),
            why -> questions.stream().map(question -> broken(question, why)).toList());
  }

  private Reply broken(Question question, String why) {
    prometheus.unanswered(question);
    return why.startsWith("no answer") ? new Reply.TimedOut(TIMEOUT) : new Reply.NotReached(why);
  }
}
