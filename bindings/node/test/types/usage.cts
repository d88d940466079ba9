// The same package from CommonJS.
import inlaid = require('inlaid');
import room = require('inlaid/forecast');

const error: inlaid.InlaidError = new inlaid.InlaidError('cancelled', 'no');
const model: Promise<room.FittedNaive> = new inlaid.forecast.Naive().fit([1]);
// @ts-expect-error not a code
new inlaid.InlaidError('canceled', 'no');
void [error, model];
