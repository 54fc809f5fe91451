# Serin. `make demo` and `make test` set up everything they need by themselves.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Maven runs on the JDK 25 here, so that the format is checked too.
JDK := $(shell lab/lib/jdk)
AS_MAVEN := JAVA_HOME="$(JDK)" MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow"
MAVEN := $(AS_MAVEN) ./mvnw -B -ntp

.PHONY: help build demo test verify format bench judgement soak mutants lab-up lab-down clean jdk

help: ## What there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

jdk:
	@test -n "$(JDK)" || exit 1

build: jdk ## Compile and package, without tests
	$(MAVEN) -q -T 1C -DskipTests package
	@./serin rehearse-services standalone

demo: build ## A fleet from nothing, three releases under load, and what came of them
	lab/up --reset
	lab/demo

test: jdk ## Every test: units, stories, topology, integration, and the system on the lab
	$(MAVEN) -q -T 1C -Plab -DskipTests package
	@./serin rehearse-services & lab/up --reset && wait
	@left_out=$$(lab/lib/browser) && $(AS_MAVEN) lab/lib/halves ./mvnw -B -ntp -Plab -Dserin.excludedGroups="$$left_out"

verify: jdk ## The tests that need no system packages
	$(MAVEN) verify

format: jdk ## Write the code as google-java-format has it
	$(MAVEN) -q spotless:apply

bench: build ## Limits on time and memory; fails where one is missed
	@./serin rehearse-services
	lab/up --reset
	lab/bench

judgement: build ## How often each rule takes a good release back, how soon it catches a bad one: 2,000 windows a case; fails where a target is missed
	"$(JDK)/bin/java" -XX:+UseParallelGC -Xmx800m -cp simulation/target/simulation.jar \
	  dev.serin.simulation.judgement.Judgement --windows 2000 --document docs/judgement.md \
	  --ran "$$(date -u +%Y-%m-%d), commit $$(git rev-parse --short HEAD)$$(git diff --quiet HEAD -- . ':(exclude)docs/judgement.md' || echo ' and changes that were not committed')"

soak: build ## 10,000 simulated seeds, a hundred faults on real processes, three brokers killed in turn, each strategy taken back at each step, the worst day, rescue sheets at each kind of step
	@mkdir -p target && rm -f target/soak-*.md
	"$(JDK)/bin/java" -XX:+UseParallelGC -Xms800m -Xmx800m -jar simulation/target/simulation.jar \
	  --seeds 10000 --within 5m --cells --bugs --report target/soak-simulation.md
	@lab/lib/soak-report simulation target/soak-simulation.md
	lab/up --reset
	lab/chaos --report target/soak-chaos.md
	@lab/lib/soak-report chaos target/soak-chaos.md
	lab/up --reset
	lab/cluster --report target/soak-cluster.md
	@lab/lib/soak-report cluster target/soak-cluster.md
	lab/up --reset
	lab/strategies --report target/soak-strategies.md
	@lab/lib/soak-report strategies target/soak-strategies.md
	lab/up --reset
	lab/bench --worst-day --report target/soak-worst-day.md
	@lab/lib/soak-report worst-day target/soak-worst-day.md
	lab/up --reset
	lab/rescue --report target/soak-rescue.md
	@lab/lib/soak-report rescue target/soak-rescue.md

mutants: build ## Mutation testing of the cores: what no test notices
	$(MAVEN) -Pmutants -DskipITs -pl contracts,coordinator,haproxy-agent,incus-agent,sli-watcher verify
	lab/lib/mutants

lab-up: ## The staging fleet
	lab/up

lab-down: ## Stop the staging fleet
	lab/down

clean: jdk ## Remove what was built
	$(MAVEN) -q clean
