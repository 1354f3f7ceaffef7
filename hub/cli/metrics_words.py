"""What each metric means, in Vietnamese; English is the metric's own text."""

from collections.abc import Mapping
from typing import Final

VI: Final[Mapping[str, str]] = {
    # Every process.
    "process_virtual_memory_bytes": "Bộ nhớ ảo, byte",
    "process_resident_memory_bytes": "Bộ nhớ thực dùng, byte",
    "process_start_time_seconds": "Thời điểm khởi động (giây từ 1970); đổi là đã khởi động lại",
    "process_cpu_seconds": "Thời gian CPU đã dùng, giây",
    "process_open_fds": "Số tệp đang mở",
    "process_max_fds": "Số tệp được mở tối đa",
    "hub_build_info": "Luôn là 1; nhãn là phiên bản đang chạy",
    # api
    "hub_api_requests": "Số câu trả lời theo đường dẫn và mã HTTP",
    "hub_api_seconds": "Thời gian đến khi bắt đầu trả lời",
    "hub_api_admissions": "Số thông điệp theo kết quả tiếp nhận",
    "hub_api_in_flight": "Thông điệp đang ghi vào Kafka",
    "hub_lag_messages": "Số bản ghi mà tiến trình đọc chưa xử lý",
    "hub_lag_seconds": "Tuổi của bản ghi chưa xử lý lâu nhất; 0 khi không có",
    "hub_lag_stuck": "1: chậm và không tiến lên trong một phút",
    "hub_kafka_partitions": "Số phân vùng: tất cả, thiếu bản sao, ngừng",
    "hub_kafka_answers": "1: Kafka trả lời API",
    "hub_rules_version": "Phiên bản quy tắc đang dùng",
    "hub_rules_heartbeat_age_seconds": "Số giây từ nhịp cuối của khối điều khiển",
    "hub_disk_free_bytes": "Chỗ trống trên đĩa của trục, byte",
    "hub_disk_least_bytes": "Dưới mức này trục không nhận thêm",
    # router
    "hub_router_decisions": "Số quyết định theo kết quả và lý do",
    "hub_router_decision_seconds": "Từ tiếp nhận đến quyết định, chậm nhất mỗi giao dịch",
    "hub_router_waiting_deliveries": "Lượt chuyển đang chờ vì hộp thư không ghi được",
    # connectors
    "hub_connectors_held_bytes": "Bộ nhớ giữ thông điệp của các bộ kết nối, byte",
    "hub_connector_state": "1 ở trạng thái hiện tại",
    "hub_connector_delivered": "Số thông điệp đã giao hoặc đã nhận từ khi khởi động",
    "hub_connector_failed": "Số lần gọi hoặc đọc không thành công từ khi khởi động",
    "hub_connector_waiting": "Số thông điệp đang giữ, không kể thư chết",
    "hub_connector_parked": "Trong đó: chờ thử lại, hoặc đứng sau thông điệp như vậy",
    "hub_connector_dead_letters": "Số thông điệp chờ người vận hành",
    "hub_connector_lag_messages": "Số bản ghi của hộp thư chưa xử lý xong",
    "hub_connector_lag_seconds": "Tuổi của thông điệp chờ lâu nhất",
    "hub_connector_breaker_open": "1: bên kia không trả lời, đang dò thưa dần",
    # recorder
    "hub_recorder_events": "Số sự kiện kiểm toán đã ghi",
    "hub_recorder_lag_messages": "Số sự kiện chưa ghi",
    "hub_recorder_lag_seconds": "Tuổi của sự kiện ghi sau cùng khi còn sự kiện chờ",
    "hub_recorder_batch_seconds": "Thời gian một giao dịch SQL",
    "hub_recorder_missing_records": "Sự kiện bị xóa khỏi Kafka trước khi kịp ghi",
    # views
    "hub_views_events": "Số sự kiện đã cộng vào chỉ số",
    "hub_views_lag_messages": "Số sự kiện chưa cộng",
    "hub_views_lag_seconds": "Tuổi của sự kiện cộng sau cùng khi còn sự kiện chờ",
    "hub_views_rebuild_done": "Số sự kiện đã đọc lại khi dựng lại chỉ số",
    "hub_views_rebuild_goal": "Số sự kiện phải đọc lại; 0 khi chỉ số đầy đủ",
    "hub_views_batch_seconds": "Thời gian một giao dịch SQL",
    "hub_messages": "Kết cục của thông điệp theo loại; khi bị từ chối, nhãn là lý do",
    "hub_system_messages": "Bên gửi: đã gửi. Bên nhận: được gửi tới, kết thúc, dừng lại",
    "hub_delivery_seconds": "Từ tiếp nhận đến lời đầu tiên của bên nhận",
    "hub_indicator_share": "Tỷ lệ trong tháng: trễ hạn, trực tuyến, hài lòng",
    "hub_oldest_undelivered_seconds": "Tuổi của lượt chuyển chưa xong lâu nhất; 0 khi không có",
    "hub_waiting_deliveries": "Số lượt chuyển chưa xong theo trạng thái",
    "hub_overdue_dossiers": "Số hồ sơ quá hạn",
    "hub_deadlines": "Số việc đến hạn trong chừng ấy ngày; 0: đã quá hạn",
    "hub_connector_heartbeat_age_seconds": "Giây từ báo cáo cuối của bộ kết nối; vô hạn: chưa có",
    "hub_alert_rounds": "Số vòng xem xét mọi quy tắc cảnh báo",
    "hub_notices": "Số lần báo tin cảnh báo theo loại kênh và kết quả",
    "hub_heartbeats": "Số lần gọi công tắc an toàn theo kết quả",
}
