/** Sets inlaid up in a Spring Boot application. */
package io.inlaid.spring;
