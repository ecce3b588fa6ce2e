/**
 * Writes the lists of files in the READMEs, from the headers of the files; part of `npm run generate`.
 */

import { runTidy } from './tidy.mjs';

runTidy('write-readmes.ts');
