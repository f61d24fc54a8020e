// Counters, gauges and histograms for Prometheus; handles are cheap to copy and may be used from any thread.
// Label sets are closed: never a player, a match or a trace.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

namespace harvest::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
public:
    Counter() = default;
    void add(double by = 1) const;

private:
    friend class Metrics;
    prometheus::Counter* counter_ = nullptr;
};

class Gauge {
public:
    Gauge() = default;
    void set(double value) const;
    void add(double by) const;

private:
    friend class Metrics;
    prometheus::Gauge* gauge_ = nullptr;
};

class Histogram {
public:
    Histogram() = default;
    void observe(double value) const; // seconds

private:
    friend class Metrics;
    prometheus::Histogram* histogram_ = nullptr;
};

// The registry of one process. Asking again for the same name and labels gives the same series.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    // Buckets from 0.5 ms to 10 s.
    Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {});
    std::string exposition() const; // text format 0.0.4

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace harvest::telemetry
