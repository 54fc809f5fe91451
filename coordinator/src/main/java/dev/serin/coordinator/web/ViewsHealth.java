package dev.serin.coordinator.web;

import dev.serin.coordinator.view.RolloutViews;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Whether reads are answered: not before everything was read once.
final class ViewsHealth implements HealthIndicator {
  private final RolloutViews views;

  ViewsHealth(RolloutViews views) {
    this.views = views;
  }

  @Override
  public Health health() {
    return switch (views.progress()) {
      case READING -> Health.outOfService().withDetail("views", "still reading").build();
      case DEAD -> Health.down().withDetail("views", "the reader has died").build();
      case CAUGHT_UP ->
          Health.up()
              .withDetail("services", views.services().size())
              .withDetail("rollouts", views.rolloutCount())
              .build();
    };
  }
}
