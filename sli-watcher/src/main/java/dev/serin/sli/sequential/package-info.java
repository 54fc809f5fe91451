/// Compares a canary with its baseline, at every look, without raising more false alarms for
/// looking often. Pure: counts since the start of the window in, a finding out; nothing is kept
/// between two looks, so a restarted watcher goes on as if it had never been away.
///
/// The test is an *e-process*: a number that stays below `1 / alpha` for ever with a probability of
/// at least `1 - alpha` where the canary is no worse, however often it is looked at and whenever
/// one stops (Ville's inequality). Where it comes from:
/// - the mixture martingale of one stream of yes and no: H. Robbins, *Statistical methods related
///   to the law of the iterated logarithm*, Annals of Mathematical Statistics 41 (1970); as
///   confidence sequences: S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, *Time-uniform,
///   nonparametric, nonasymptotic confidence sequences*, Annals of Statistics 49 (2021);
/// - two streams in one product: R. Turner, A. Ly, P. Grünwald, *Generic E-variables for exact
///   sequential k-sample tests that allow for optional stopping*, Journal of Statistical Planning
///   and Inference 230 (2024);
/// - the least of it over all rates that the hypothesis allows: A. Ramdas, P. Grünwald, V. Vovk, G.
///   Shafer, *Game-theoretic statistics and safe anytime-valid inference*, Statistical Science 38
///   (2023).
///
/// What it takes for granted: requests fail independently of each other, each node's with the same
/// probability over the window. A time in which both sides suffer alike raises no alarm (the tests
/// have one); failures that come in clumps on one node weigh as much as so many that don't.
@NullMarked
package dev.serin.sli.sequential;

import org.jspecify.annotations.NullMarked;
