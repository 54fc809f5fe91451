package dev.serin.coordinator.web;

import dev.serin.coordinator.view.EventFeed;
import dev.serin.coordinator.view.RolloutViews;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Whether reads are answered: not before everything was read once. A broker that is away later is
/// no reason to restart this process, so it does not show here.
final class ViewsHealth implements HealthIndicator {
  private final RolloutViews views;
  private final EventFeed feed;

  ViewsHealth(RolloutViews views, EventFeed feed) {
    this.views = views;
    this.feed = feed;
  }

  @Override
  public Health health() {
    if (views.progress() == RolloutViews.Progress.DEAD || feed.isDead()) {
      return Health.down()
          .withDetail("views", "a reader has died; restart the coordinator")
          .build();
    }
    if (views.progress() == RolloutViews.Progress.READING || !feed.isCaughtUp()) {
      return Health.outOfService().withDetail("views", "still reading").build();
    }
    return Health.up()
        .withDetail("services", views.services().size())
        .withDetail("rollouts", views.rolloutCount())
        .build();
  }
}
