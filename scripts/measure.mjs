/**
 * `npm run measure` prints how far words and rooms are from their aims; `npm run measure -- --all` names every offender.
 */

import { runTidy } from './tidy.mjs';

runTidy('measure.ts', process.argv.slice(2));
