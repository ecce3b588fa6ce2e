/**
 * Frameworks in the form of the v1 API, for GET_FRAMEWORKS, FRAMEWORK_ADDED and FRAMEWORK_UPDATED.
 */

import type { Response } from '../../../api/generated/master';
import { inverseOffersOf, printInverseOffer } from '../offers/inverse-offers';
import { offerPrinter } from '../offers/print-offer';
import { printResources, printTime } from '../state/print';
import type { ExecutorRecord, Framework, MasterState } from '../state/state';
import { holdersOf, offersOf, sumByRole } from '../tasks/holdings';

export type PrintedFramework = Response.GetFrameworks.Framework;

/** Prints a framework as it is now. */
export function printFramework(state: MasterState, framework: Framework): PrintedFramework {
  return frameworkPrinter(state, framework)();
}

interface FrameworkSources {
  /** The executors of the framework; without them every agent is searched. */
  readonly executors?: readonly ExecutorRecord[];
  /** The unfiltered state if `state` is filtered for a reader: sums of resources count everything in it. */
  readonly whole?: MasterState;
}

/** Gathers the members of a framework now, so that it can be printed later as it is now. */
export function frameworkPrinter(
  state: MasterState,
  framework: Framework,
  { executors, whole = state }: FrameworkSources = {},
): () => PrintedFramework {
  const isRegistered = whole.frameworks.has(framework.id);
  const asNow = { ...framework };
  const holders = holdersOf(whole, whole.frameworks.get(framework.id) ?? framework, executors);
  const offers = offersOf(state, framework.offers);
  const printers = offers.map((offer) => offerPrinter(state, framework, offer));
  const inverse = inverseOffersOf(state, framework.id).map((offer) => printInverseOffer(state, offer));
  return () => ({
    framework_info: asNow.info,
    active: asNow.active,
    connected: asNow.stream !== undefined,
    recovered: asNow.recovered,
    registered_time: printTime(asNow.registeredAt),
    reregistered_time: printTime(asNow.reregisteredAt ?? asNow.registeredAt),
    unregistered_time: isRegistered ? undefined : printTime(asNow.unregisteredAt),
    allocated_resources: printResources(sumByRole(holders)),
    offered_resources: printResources(sumByRole(offers)),
    offers: printers.map((print) => print()),
    offer_constraints: asNow.offerConstraints ?? {},
    inverse_offers: inverse,
  });
}
