package dev.serin.contracts;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.serin.contracts",
    importOptions = ImportOption.DoNotIncludeTests.class)
class MessagesArchitectureTest {
  private static final String[] MESSAGES = {
    "dev.serin.contracts.haproxy..",
    "dev.serin.contracts.incus..",
    "dev.serin.contracts.sli..",
    "dev.serin.contracts.rollout..",
    "dev.serin.contracts.request..",
    "dev.serin.contracts.service.."
  };

  @ArchTest
  static final ArchRule messagesNeedNothingButThemselves =
      classes()
          .that()
          .resideInAnyPackage(MESSAGES)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify.annotations..",
              "com.fasterxml.jackson.annotation..",
              "tools.jackson..",
              "dev.serin.contracts..")
          .because(
              "whoever reads a message must not need Kafka or Spring: move what does to"
                  + " contracts.kafka or contracts.config");

  @ArchTest
  static final ArchRule messagesKnowNoBroker =
      noClasses()
          .that()
          .resideInAnyPackage(MESSAGES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.serin.contracts.kafka..", "dev.serin.contracts.config..")
          .because("the shell knows the messages, never the other way round");
}
