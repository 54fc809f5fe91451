package dev.serin.lab.incus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The stand-in's process: HTTP over a unix socket.
@Command(name = "stand-in", description = "The lab's Incus stand-in; lab/up --stand-in starts it.")
public final class StandIn implements Callable<Integer> {

  @Option(names = "--socket", required = true, description = "The unix socket to listen on.")
  private Path socket = Path.of("");

  @Option(names = "--directory", required = true, description = "Where the instances are kept.")
  private Path directory = Path.of("");

  @Option(names = "--java", required = true, description = "The java that runs the backends.")
  private Path java = Path.of("");

  @Option(names = "--instance", required = true, description = "NAME=ADDRESS:PORT, for each.")
  private Map<String, String> addresses = new LinkedHashMap<>();

  /// Entry point.
  public static void main(String[] args) {
    System.exit(new CommandLine(new StandIn()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<Instance> instances = new ArrayList<>();
    addresses.forEach((name, listen) ->
        instances.add(
            new Instance(name, directory.resolve(name), listen, java, InstantSource.system())));
    boolean root = "root".equals(System.getProperty("user.name"));
    for (Instance instance : instances) {
      instance.prepare(socket, root);
      instance.start();
    }
    Server server = serve(socket, instances);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> instances.parallelStream().forEach(Instance::close), "stop"));
    server.join();
    return 0;
  }

  /// Listens at once.
  static Server serve(Path socket, List<Instance> instances) throws Exception {
    Files.deleteIfExists(socket);
    JsonMapper json = JsonMapper.builder().build();
    Api api = new Api(instances, json, new Operations(json, InstantSource.system()));
    Server server = new Server(new VirtualThreadPool());
    UnixDomainServerConnector connector = new UnixDomainServerConnector(server);
    connector.setUnixDomainPath(socket);
    server.addConnector(connector);
    server.setHandler(new ApiHandler(api, json));
    server.start();
    return server;
  }

  /// Between Jetty and the API.
  private static final class ApiHandler extends Handler.Abstract {

    private final Api api;
    private final JsonMapper json;

    ApiHandler(Api api, JsonMapper json) {
      this.api = api;
      this.json = json;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback)
        throws IOException, InterruptedException {
      write(api.answer(callOf(request)), response, callback);
      return true;
    }

    private static Api.Call callOf(Request request) {
      List<String> segments =
          List.of(Request.getPathInContext(request).replaceFirst("^/", "").split("/", -1));
      Map<String, String> query = new LinkedHashMap<>();
      for (Fields.Field field : Request.extractQueryParameters(request)) {
        query.put(field.getName(), field.getValue());
      }
      return new Api.Call(
          request.getMethod(),
          segments,
          query,
          name -> {
            String value = request.getHeaders().get(name);
            return value == null ? "" : value;
          },
          Content.Source.asInputStream(request));
    }

    private void write(ApiReply reply, Response response, Callback callback) {
      switch (reply) {
        case ApiReply.Sync(JsonNode metadata) -> write(200, sync(metadata), response, callback);
        case ApiReply.Async(String operation, JsonNode metadata) ->
            write(202, async(operation, metadata), response, callback);
        case ApiReply.Error(int code, String message) ->
            write(code, error(code, message), response, callback);
        case ApiReply.LateError(int code, String message) ->
            write(200, error(code, message), response, callback);
        case ApiReply.Raw raw -> {
          raw.headers().forEach(response.getHeaders()::put);
          response.getHeaders().put(HttpHeader.CONTENT_TYPE, raw.contentType());
          response.write(true, raw.bytes(), callback);
        }
      }
    }

    private void write(int status, ObjectNode body, Response response, Callback callback) {
      response.setStatus(status);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
      response.write(true, ByteBuffer.wrap(json.writeValueAsBytes(body)), callback);
    }

    private ObjectNode sync(JsonNode metadata) {
      return envelope("sync", "Success", 200, "", 0, "", metadata);
    }

    private ObjectNode async(String operation, JsonNode metadata) {
      return envelope("async", "Operation created", 100, operation, 0, "", metadata);
    }

    private ObjectNode error(int code, String message) {
      return envelope("error", "", 0, "", code, message, json.nullNode());
    }

    private ObjectNode envelope(
        String type,
        String status,
        int statusCode,
        String operation,
        int errorCode,
        String error,
        JsonNode metadata) {
      ObjectNode envelope = json.createObjectNode();
      envelope.put("type", type);
      envelope.put("status", status);
      envelope.put("status_code", statusCode);
      envelope.put("operation", operation);
      envelope.put("error_code", errorCode);
      envelope.put("error", error);
      envelope.set("metadata", metadata);
      return envelope;
    }
  }
}
