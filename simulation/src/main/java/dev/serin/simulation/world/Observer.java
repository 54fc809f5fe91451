package dev.serin.simulation.world;

/// Hears of every effect in the world, after it was had.
public interface Observer {
  /// An effect of a script in an instance.
  ///
  /// @param script such as `serin-install`
  /// @param fence of the command behind it
  void inInstance(Instance instance, String script, long fence, String what);

  /// A load balancer was told something by one of Serin's processes.
  ///
  /// @param by the process
  /// @param command as it was said
  void inHaproxy(VirtualHaproxy haproxy, String by, String command);

  /// Something that a story of the run should have.
  void note(String who, String what);
}
