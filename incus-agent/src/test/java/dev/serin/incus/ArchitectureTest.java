package dev.serin.incus;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.serin.incus", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule dependsOnContractsAlone =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideOutsideOfPackages(
              "dev.serin.coordinator..",
              "dev.serin.haproxy..",
              "dev.serin.sli..",
              "dev.serin.cli..",
              "dev.serin.standalone..",
              "dev.serin.lab..")
          .because("services meet on topics only: move what they share to contracts");

  @ArchTest
  static final ArchRule onlyTheConfigurationKnowsSpringAndKafka =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.serin.incus.rest..",
              "dev.serin.incus.http..",
              "dev.serin.incus.artifact..",
              "dev.serin.incus.instance..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework..", "org.apache.kafka..")
          .because("a simulation runs these classes by themselves: put the wiring into config");

  @ArchTest
  static final ArchRule onlyTheWireKnowsItsLibrary =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.serin.incus.http..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.eclipse.jetty..")
          .because("another wire must fit under the parsers: talk through rest.Wire");

  @ArchTest
  static final ArchRule sequencesTakeTheirTimeFromTheTurn =
      noClasses()
          .that()
          .resideInAnyPackage("dev.serin.incus.rest..", "dev.serin.incus.instance..")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .because("a simulation's time is virtual: use turn.now() and turn.pause(…)");
}
