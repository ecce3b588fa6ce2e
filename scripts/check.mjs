/**
 * The quick check, for every few minutes: format, types, lint and the fast tests. Prints one line a stage, and what a stage
 * printed only when it failed.
 */

import { checkSources, jestStage } from './stages.mjs';

const sources = await checkSources();
const { failed } = await jestStage('fast tests', ['--selectProjects', 'fast', '--silent']);
process.exitCode = failed === 0 && sources.every(({ passed }) => passed) ? 0 : 1;
