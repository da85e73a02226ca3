#include "pipeline/source.h"

namespace tilmash::pipeline {
namespace {

class RecordSource : public Source {
 public:
  RecordSource(const formats::Layout& layout, const translator::Plan& plan, std::string_view input, std::string file)
      : plan_(plan), stream_(layout.decoder(input, std::move(file))) {}

  Step next() override { return stream_->next(instance_); }
  const Instance& instance() const override { return instance_; }
  const translator::Plan& plan() const override { return plan_; }
  std::uint64_t parents_version() const override { return stream_->parents_version(); }
  const Reject& reject() const override { return stream_->reject(); }
  std::uint64_t record_number() const override { return stream_->record_number(); }
  std::string_view raw() const override { return stream_->raw(); }
  std::uint64_t consumed_bytes() const override { return stream_->consumed_bytes(); }
  std::uint64_t record_count() const override { return stream_->record_count(); }
  std::vector<Control> controls() const override { return stream_->controls(); }
  const Findings& file_findings() const override { return stream_->file_findings(); }

 private:
  const translator::Plan& plan_;
  std::unique_ptr<ItemStream> stream_;
  Instance instance_;
};

}  // namespace

std::unique_ptr<Source> make_record_source(const formats::Layout& layout, const translator::Plan& plan,
                                           std::string_view input, std::string file) {
  return std::make_unique<RecordSource>(layout, plan, input, std::move(file));
}

}  // namespace tilmash::pipeline
