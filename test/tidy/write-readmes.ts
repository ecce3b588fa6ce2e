/**
 * Writes the lists of files into the READMEs; `npm run generate` runs it.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedReadmes } from './readmes';
import { ROOT, readText } from './tree';

for (const [path, text] of generatedReadmes())
  if (readText(path) !== text) writeFileSync(join(ROOT, path), text);
