package dev.palate.web;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/// The server: everything under `dev.palate.web`, wired in `wiring`.
@SpringBootApplication(proxyBeanMethods = false)
public class PalateApplication {}
