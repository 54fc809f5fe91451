package dev.serin.contracts.migration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.serin.contracts",
    importOptions = ImportOption.DoNotIncludeTests.class)
class MigrationArchitectureTest {
  @ArchTest
  static final ArchRule isPure =
      classes()
          .that()
          .resideInAPackage("dev.serin.contracts.migration..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java.lang..",
              "java.util",
              "java.util.function..",
              "java.util.regex..",
              "java.util.stream..",
              "org.jspecify.annotations..",
              "net.sf.jsqlparser..",
              "dev.serin.contracts..")
          .because(
              "the coordinator's core and the command both ask it: text in, findings out, the same"
                  + " on every machine; neither a clock, nor threads, nor files");

  @ArchTest
  static final ArchRule theParserStaysInside =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.serin.contracts.migration..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("net.sf.jsqlparser..")
          .because("what a statement means is told by Finding, whoever parses it");
}
