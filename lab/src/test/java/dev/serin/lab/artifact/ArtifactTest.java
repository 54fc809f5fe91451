package dev.serin.lab.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.lab.backend.Behaviour;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactTest {

  @TempDir private Path directory = Path.of("");

  @BeforeEach
  void makesATemplate() throws IOException {
    try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(template()))) {
      for (String name : new String[] {"z/Last.class", "META-INF/MANIFEST.MF", "a/First.class"}) {
        jar.putNextEntry(new ZipEntry(name));
        jar.write(name.getBytes(StandardCharsets.UTF_8));
        jar.closeEntry();
      }
    }
  }

  @Test
  void theSameBehaviourGivesTheSameBytes() throws IOException {
    String first = bake("one", "v1.0.0");

    assertThat(bake("two", "v1.0.0")).isEqualTo(first);
    assertThat(bake("three", "v1.0.1")).isNotEqualTo(first);
    assertThat(Files.mismatch(directory.resolve("one"), directory.resolve("two"))).isEqualTo(-1);
  }

  @Test
  void isAShellScriptAndAJarInOneExecutableFile() throws IOException {
    bake("artifact", "v1.0.0");

    Path artifact = directory.resolve("artifact");
    assertThat(artifact).isExecutable();
    assertThat(new String(Files.readAllBytes(artifact), StandardCharsets.ISO_8859_1))
        .startsWith("#!/bin/sh\n");
    try (ZipFile jar = new ZipFile(artifact.toFile())) {
      assertThat(jar.stream().map(ZipEntry::getName))
          .containsExactly(
              "META-INF/MANIFEST.MF", "a/First.class", "z/Last.class", Behaviour.ENTRY);
      String properties =
          new String(
              jar.getInputStream(new ZipEntry(Behaviour.ENTRY)).readAllBytes(),
              StandardCharsets.UTF_8);
      assertThat(properties).contains("version=v1.0.0\n");
    }
  }

  @Test
  void saysTheDigestOfTheFile() throws IOException {
    assertThat(bake("artifact", "v1.0.0"))
        .hasSize(64)
        .isEqualTo(Artifact.sha256(directory.resolve("artifact")));
  }

  private Path template() {
    return directory.resolve("template.jar");
  }

  private String bake(String name, String version) throws IOException {
    return Artifact.bake(template(), Behaviour.good(version), directory.resolve(name));
  }
}
