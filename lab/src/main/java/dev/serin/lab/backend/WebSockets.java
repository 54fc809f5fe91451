package dev.serin.lab.backend;

import io.undertow.websockets.WebSocketConnectionCallback;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.CloseMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.spi.WebSocketHttpExchange;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioExecutor;

/// The open WebSockets: each echoes what it gets and sends a heartbeat with the node's name each
/// second.
final class WebSockets implements WebSocketConnectionCallback {

  private final String node;
  private final BackendMetrics metrics;
  private final Set<WebSocketChannel> open = ConcurrentHashMap.newKeySet();

  WebSockets(String node, BackendMetrics metrics) {
    this.node = node;
    this.metrics = metrics;
  }

  @Override
  public void onConnect(WebSocketHttpExchange exchange, WebSocketChannel channel) {
    open.add(channel);
    metrics.webSocketOpened();
    XnioExecutor.Key heartbeat =
        channel
            .getIoThread()
            .executeAtInterval(() -> send("heartbeat " + node, channel), 1, TimeUnit.SECONDS);
    channel.addCloseTask(closed -> {
      heartbeat.remove();
      open.remove(closed);
      metrics.webSocketClosed();
    });
    channel
        .getReceiveSetter()
        .set(
            new AbstractReceiveListener() {
              @Override
              protected void onFullTextMessage(WebSocketChannel from, BufferedTextMessage message) {
                send(message.getData(), from);
              }
            });
    channel.resumeReceives();
  }

  /// Sends 1001, going away, to all.
  void closeAll() {
    CloseMessage goingAway = new CloseMessage(CloseMessage.GOING_AWAY, "stopping");
    for (WebSocketChannel channel : open) {
      io.undertow.websockets.core.WebSockets.sendClose(goingAway, channel, null);
    }
  }

  private static void send(String text, WebSocketChannel channel) {
    io.undertow.websockets.core.WebSockets.sendText(text, channel, null);
  }
}
