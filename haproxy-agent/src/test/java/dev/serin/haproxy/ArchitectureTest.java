package dev.serin.haproxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.serin", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule dependsOnContractsAlone =
      noClasses()
          .that()
          .resideInAPackage("dev.serin.haproxy..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.serin.coordinator..",
              "dev.serin.incus..",
              "dev.serin.sli..",
              "dev.serin.cli..",
              "dev.serin.standalone..",
              "dev.serin.lab..")
          .because("services share contracts alone: move what both need there");

  @ArchTest
  static final ArchRule theSequencesKnowNeitherSpringNorKafka =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.serin.haproxy.runtime..",
              "dev.serin.haproxy.rotation..",
              "dev.serin.haproxy.traffic..",
              "dev.serin.haproxy.frontdoor..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework..", "org.apache.kafka..")
          .because("the simulation runs them as they are: put the wiring into config");

  @ArchTest
  static final ArchRule theJudgementIsPure =
      classes()
          .that()
          .resideInAPackage("dev.serin.haproxy.rotation..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java.lang..",
              "java.util..",
              "java.time..",
              "org.jspecify..",
              "dev.serin.contracts..",
              "dev.serin.haproxy.rotation..",
              "dev.serin.haproxy.runtime..")
          .because("judgement sees only what HAProxy said: hand it in from traffic");

  @ArchTest
  static final ArchRule theClockIsTheTurns =
      noClasses()
          .that()
          .resideInAnyPackage("dev.serin.haproxy.traffic..", "dev.serin.haproxy.rotation..")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("time is virtual in the simulation: ask the Turn");
}
