package dev.serin.sli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.serin.sli", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule dependsOnContractsAlone =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.serin.coordinator..",
              "dev.serin.haproxy..",
              "dev.serin.incus..",
              "dev.serin.cli..",
              "dev.serin.standalone..")
          .because("services meet on topics only: move what they share to contracts");

  @ArchTest
  static final ArchRule judgesWithoutClockOrIo =
      classes()
          .that()
          .resideInAPackage("dev.serin.sli.judge..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.serin.sli.judge..",
              "dev.serin.sli.sequential..",
              "dev.serin.contracts..",
              "java.lang..",
              "java.math..",
              "java.time..",
              "java.util",
              "java.util.function..",
              "java.util.stream..",
              "org.jspecify..")
          .because("a verdict must come out the same at every replay: pass in what it needs");

  @ArchTest
  static final ArchRule comparesWithoutClockOrIo =
      classes()
          .that()
          .resideInAPackage("dev.serin.sli.sequential..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.serin.sli.sequential..",
              "dev.serin.contracts..",
              "java.lang..",
              "java.math..",
              "java.time..",
              "java.util",
              "java.util.function..",
              "java.util.stream..",
              "org.apache.commons.numbers..",
              "org.apache.commons.statistics..",
              "org.jspecify..")
          .because("the same counts must give the same finding at every replay");

  @ArchTest
  static final ArchRule asksNoClockWhileJudging =
      noClasses()
          .that()
          .resideInAnyPackage("dev.serin.sli.judge..", "dev.serin.sli.sequential..")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("time comes as a parameter, so that it can be virtual");

  @ArchTest
  static final ArchRule onlyTheConfigurationKnowsSpringAndKafka =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.serin.sli.judge..",
              "dev.serin.sli.hook..",
              "dev.serin.sli.prometheus..",
              "dev.serin.sli.sequential..",
              "dev.serin.sli.watch..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework..", "org.apache.kafka..")
          .because("the simulation runs these classes on a virtual wire: wire them in config");
}
