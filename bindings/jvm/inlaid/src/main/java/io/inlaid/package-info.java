/**
 * What every capability shares: matrices and tables in and out, contexts of running calls, fitted models as handles, and
 * one exception class per error code.
 */
package io.inlaid;
