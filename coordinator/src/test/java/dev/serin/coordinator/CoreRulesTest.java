package dev.serin.coordinator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.serin", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreRulesTest {
  @ArchTest
  static final ArchRule theCoreIsPure =
      classes()
          .that()
          .resideInAnyPackage("dev.serin.coordinator.saga", "dev.serin.coordinator.plan")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "dev.serin.coordinator.saga",
              "dev.serin.coordinator.plan",
              "dev.serin.contracts",
              "dev.serin.contracts.agent",
              "dev.serin.contracts.haproxy",
              "dev.serin.contracts.incus",
              "dev.serin.contracts.json",
              "dev.serin.contracts.migration",
              "dev.serin.contracts.request",
              "dev.serin.contracts.rollout",
              "dev.serin.contracts.service",
              "dev.serin.contracts.sli",
              "org.jspecify.annotations",
              "com.fasterxml.jackson.annotation",
              "tools.jackson.databind..")
          .because(
              "the saga must run in a simulation and in a millisecond; move what talks, logs or"
                  + " reads a clock to dev.serin.coordinator.streams and let it reach the saga as"
                  + " an Input");

  @ArchTest
  static final ArchRule timeReachesTheCoreAsAnInput =
      noClasses()
          .that()
          .resideInAnyPackage("dev.serin.coordinator.saga", "dev.serin.coordinator.plan")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(java.time.Clock.class, java.time.InstantSource.class, Thread.class)
          .because("a replay must decide the same; take the time from Input.at()");

  @ArchTest
  static final ArchRule theCoordinatorKnowsNoOtherService =
      classes()
          .that()
          .resideInAPackage("dev.serin.coordinator..")
          .should()
          .onlyDependOnClassesThat()
          .resideOutsideOfPackages(
              "dev.serin.haproxy..",
              "dev.serin.incus..",
              "dev.serin.sli..",
              "dev.serin.cli..",
              "dev.serin.standalone..")
          .because("services share messages alone; put what both need into contracts");
}
