// Scopes of synchronous code.
import { createSyncScope } from '../../src/browser/scope/syncScope.js';
import { testScope, testSyncScope } from './scopeContract.js';

testScope(createSyncScope);
testSyncScope(createSyncScope);
