package dev.serin.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.serin.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule dependsOnContractsAlone =
      classes()
          .that()
          .resideInAPackage("dev.serin.cli..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.serin.cli..",
              "dev.serin.contracts..",
              "java..",
              "com.sun.net.httpserver..",
              "tools.jackson..",
              "picocli..",
              "org.jline..",
              "org.snakeyaml..",
              "org.jspecify..")
          .because(
              "the command talks to the coordinator over HTTP; what both need belongs in contracts,"
                  + " and a command that lives for a moment carries neither Spring nor Kafka");

  @ArchTest
  static final ArchRule onlyTheScreenKnowsTheTerminal =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.serin.cli.terminal..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.jline.terminal..")
          .because("views are lines of text that a test can compare; LiveScreen draws them");

  @ArchTest
  static final ArchRule viewsOnlyShow =
      noClasses()
          .that()
          .resideInAPackage("dev.serin.cli.view..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.serin.cli.coordinator..", "dev.serin.cli.command..", "java.io..")
          .because("a view is a function of a Scene; ask the coordinator in the command instead");
}
