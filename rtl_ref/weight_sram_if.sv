// SPDX-License-Identifier: Apache-2.0

/// One port of a weight SRAM, shared by reads and by writes of learning. Reads go first; a write waits in a buffer
/// of one word for a cycle without a read, and reads of its address see it from the cycle after it was taken.
///
/// Latency: read_valid_o and read_data_o one cycle after read_i; the data stand until the next read. A write is
/// taken in a cycle in which write_i and write_ready_o are high; a read in that cycle sees the old word.
module weight_sram_if #(
  parameter int AddrW   = 4,
  parameter int WeightW = 16
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  // Reads
  input  logic               read_i,
  input  logic [AddrW-1:0]   read_addr_i,
  output logic               read_valid_o,
  output logic [WeightW-1:0] read_data_o,
  // Writes
  input  logic               write_i,
  input  logic [AddrW-1:0]   write_addr_i,
  input  logic [WeightW-1:0] write_data_i,
  output logic               write_ready_o,
  // The SRAM: answers a read in the next cycle and keeps the answer
  output logic               sram_req_o,
  output logic               sram_we_o,
  output logic [AddrW-1:0]   sram_addr_o,
  output logic [WeightW-1:0] sram_wdata_o,
  input  logic [WeightW-1:0] sram_rdata_i
);
  logic               waiting_d, waiting_q, valid_q, hit_d, hit_q, taken;
  logic [AddrW-1:0]   addr_d, addr_q;
  logic [WeightW-1:0] data_d, data_q, hit_data_d, hit_data_q;

  assign taken = write_i & write_ready_o;

  always_comb begin
    waiting_d  = waiting_q;
    addr_d     = addr_q;
    data_d     = data_q;
    hit_d      = hit_q;
    hit_data_d = hit_data_q;
    if (taken) begin
      waiting_d = 1'b1;
      addr_d    = write_addr_i;
      data_d    = write_data_i;
    end else if (!read_i) begin
      waiting_d = 1'b0;
    end
    if (read_i) begin
      hit_d      = waiting_q & (addr_q == read_addr_i);
      hit_data_d = data_q;
    end
  end

  assign write_ready_o = ~waiting_q;
  assign sram_req_o    = read_i | waiting_q;
  assign sram_we_o     = ~read_i & waiting_q;
  assign sram_addr_o   = read_i ? read_addr_i : addr_q;
  assign sram_wdata_o  = data_q;
  assign read_valid_o  = valid_q;
  assign read_data_o   = hit_q ? hit_data_q : sram_rdata_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waiting_q  <= 1'b0;
      valid_q    <= 1'b0;
      hit_q      <= 1'b0;
      addr_q     <= '0;
      data_q     <= '0;
      hit_data_q <= '0;
    end else begin
      waiting_q  <= waiting_d;
      valid_q    <= read_i;
      hit_q      <= hit_d;
      addr_q     <= addr_d;
      data_q     <= data_d;
      hit_data_q <= hit_data_d;
    end
  end
endmodule
