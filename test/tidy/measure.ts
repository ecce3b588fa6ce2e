/**
 * `npm run measure`: the measures of words and rooms, a line each; with `--all` every offender.
 */

import {
  ambiguousTypes,
  longReadmeLines,
  mutualRooms,
  relativeComments,
  type Share,
  unmirroredFiles,
  unnamedFiles,
  weakNames,
} from './words';

const MEASURES: readonly (readonly [name: string, aim: string, measure: () => Share])[] = [
  ['doc comments that begin with a relative pronoun', 'at most 3 %', relativeComments],
  ['locals and parameters without a noun', 'at most 1.5 %', weakNames],
  ['README lines over 120 characters', 'none', longReadmeLines],
  ['type names with several meanings in a component', 'none', ambiguousTypes],
  ['rooms of a core that import each other', 'none', mutualRooms],
  ['files that their README does not name', 'none', unnamedFiles],
  ['files of cores and views without a mirrored test', 'at most 40 %', unmirroredFiles],
];

for (const [name, aim, measure] of MEASURES) {
  const { of, offenders } = measure();
  const percent = ((100 * offenders.length) / Math.max(1, of)).toFixed(1);
  process.stdout.write(
    `${String(offenders.length).padStart(6)} of ${String(of).padStart(6)}  ${percent.padStart(5)} %  ${name} (${aim})\n`,
  );
  if (process.argv.includes('--all'))
    for (const offender of offenders) process.stdout.write(`          ${offender}\n`);
}
